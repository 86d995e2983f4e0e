package io.selvedge.testkit.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.testkit.SharedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A trained model that somebody else made. */
enum RealModel {
    RESNET8("mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx"),
    RESNET8_CHANNELS_LAST("mlperf-tiny/mlperftiny_ic_resnet8_fp32_dynbatch.onnx"),
    RESNET8_QDQ("mlperf-tiny/mlperftiny_ic_resnet8_int8_qdq_nchw.onnx"),
    KEYWORDS("mlperf-tiny/mlperftiny_kws_dscnn_fp32_nchw.onnx"),
    KEYWORDS_CHANNELS_LAST("mlperf-tiny/mlperftiny_kws_dscnn_fp32_dynbatch.onnx"),
    KEYWORDS_QDQ("mlperf-tiny/mlperftiny_kws_dscnn_int8_qdq_nchw.onnx"),
    GESTURE("gesture/weights/model.onnx"),
    FACE("face/version-RFB-320.onnx"),
    FACE_SIMPLIFIED("face/version-RFB-320_simplified.onnx"),
    CART_POLE("control/cartpole_ppo.onnx"),
    PENDULUM("control/pendulum_ppo.onnx"),
    TEXT_LINE("ch_ppocr_mobile_v2.0_cls_infer.onnx");

    private final String file;

    RealModel(String file) {
        this.file = file;
    }

    /** The file, which for the model that comes from Maven is written into {@code folder}; skips the test where there is none. */
    Path file(Path folder) {
        if (this == TEXT_LINE) {
            return fromMaven(folder);
        }
        Optional<Path> model = SharedFolder.find("models/" + file);
        assumeTrue(model.isPresent(), "shared/models/" + file + " is absent");
        return model.orElseThrow();
    }

    private Path fromMaven(Path folder) {
        Path copy = folder.resolve(file);
        try (InputStream stream = RealModel.class.getResourceAsStream("/models/" + file)) {
            if (!Files.exists(copy)) {
                Files.copy(stream, copy);
            }
            return copy;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Graph graph(Path folder) {
        return OnnxImporter.read(file(folder), shapes());
    }

    /** Whether it came with 8-bit weights and activations. */
    boolean isQuantized() {
        return this == RESNET8_QDQ || this == KEYWORDS_QDQ;
    }

    ImportOptions shapes() {
        return switch (this) {
            case RESNET8_CHANNELS_LAST, KEYWORDS_CHANNELS_LAST, CART_POLE, PENDULUM ->
                new ImportOptions(Map.of("N", 1), Map.of());
            case TEXT_LINE -> new ImportOptions(Map.of(), Map.of("x", List.of(1, 3, 48, 192)));
            default -> ImportOptions.none();
        };
    }
}
