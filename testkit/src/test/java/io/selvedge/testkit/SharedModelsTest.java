package io.selvedge.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real models: the reference evaluator against ONNX Runtime on the same file. */
class SharedModelsTest {
    @ParameterizedTest
    @CsvSource({
        "mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx, 0, 255",
        "mlperf-tiny/mlperftiny_ic_resnet8_fp32_dynbatch.onnx, 0, 255",
        "mlperf-tiny/mlperftiny_ic_resnet8_int8_qdq_nchw.onnx, -128, 127",
        "mlperf-tiny/mlperftiny_kws_dscnn_fp32_nchw.onnx, -120, 30",
        "mlperf-tiny/mlperftiny_kws_dscnn_fp32_dynbatch.onnx, -120, 30",
        "mlperf-tiny/mlperftiny_kws_dscnn_int8_qdq_nchw.onnx, -128, 127",
        "gesture/weights/model.onnx, 0, 1",
        "face/version-RFB-320.onnx, -1, 1",
        "face/version-RFB-320_simplified.onnx, -1, 1",
        "control/cartpole_ppo.onnx, -1, 1",
        "control/pendulum_ppo.onnx, -1, 1"
    })
    void reference_agrees_with_onnx_runtime(String file, double low, double high) {
        Optional<Path> model = SharedFolder.find("models/" + file);
        assumeTrue(model.isPresent(), "shared/models is absent");
        Graph graph = read(model.get());
        Verifier.verify(graph);
        Map<String, Tensor> inputs = inputs(graph, low, high);
        Map<String, Tensor> want = OnnxRuntimeOracle.run(model.get(), inputs);
        Map<String, Tensor> got = ReferenceEvaluator.run(graph, inputs);
        assertThat(got.keySet()).isEqualTo(want.keySet());
        // A sum that falls on a rounding boundary moves an 8-bit value by a step, and a few steps through a network.
        Tolerance tolerance = file.contains("int8") ? new Tolerance(4, 0) : Tolerance.MODEL;
        want.forEach((name, tensor) -> tolerance.check(name, tensor, got.get(name)));
    }

    @Test
    void text_line_classifier_agrees_with_onnx_runtime(@TempDir Path folder) throws IOException {
        Path model = folder.resolve("cls.onnx");
        try (InputStream stream =
                SharedModelsTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(stream, model);
        }
        Graph graph = OnnxImporter.read(model, new ImportOptions(Map.of(), Map.of("x", List.of(1, 3, 48, 192))));
        Verifier.verify(graph);
        Map<String, Tensor> inputs = inputs(graph, -1, 1);
        Map<String, Tensor> got = ReferenceEvaluator.run(graph, inputs);
        OnnxRuntimeOracle.run(model, inputs)
                .forEach((name, tensor) -> Tolerance.MODEL.check(name, tensor, got.get(name)));
    }

    /** The sample rate decides between two networks; the state goes from call to call. */
    @ParameterizedTest
    @CsvSource({"silero_vad.onnx, 16000, 576", "silero_vad.onnx, 8000, 288", "silero_vad_16k_op15.onnx, 16000, 576"})
    void voice_detector_agrees_with_onnx_runtime(String file, int rate, int samples) {
        Optional<Path> model = SharedFolder.find("models/speech/" + file);
        assumeTrue(model.isPresent(), "shared/models is absent");
        Tensor sampleRate = Tensor.longs(new long[] {rate});
        Map<String, List<Integer>> shapes = Map.of("input", List.of(1, samples), "state", List.of(2, 1, 128));
        Graph graph = OnnxImporter.read(model.get(), new ImportOptions(Map.of(), shapes, Map.of("sr", sampleRate)));
        Verifier.verify(graph);
        Random random = new Random(3);
        Tensor state = Tensor.filled(graph.type("state"), _ -> 0);
        try (OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(model.get())) {
            for (int call = 0; call < 6; call++) {
                double pitch = 0.02 + 0.05 * random.nextDouble();
                Tensor sound = Tensor.filled(
                        graph.type("input"), i -> 0.4 * Math.sin(pitch * i) + 0.05 * random.nextGaussian());
                Map<String, Tensor> want = oracle.run(Map.of("input", sound, "state", state, "sr", sampleRate));
                Map<String, Tensor> got = ReferenceEvaluator.run(graph, Map.of("input", sound, "state", state));
                want.forEach((name, tensor) -> Tolerance.MODEL.check(name, tensor, got.get(name)));
                state = Optional.ofNullable(got.get("stateN")).orElseThrow();
            }
        }
    }

    static Graph read(Path model) {
        try {
            return OnnxImporter.read(model);
        } catch (io.selvedge.compiler.diag.SelvedgeException e) {
            String dim = e.getMessage().replaceAll("(?s).*--dim (.*)=1 .*", "$1");
            return OnnxImporter.read(model, new ImportOptions(Map.of(dim, 1), Map.of()));
        }
    }

    static Map<String, Tensor> inputs(Graph graph, double low, double high) {
        Random random = new Random(1);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : graph.inputs()) {
            TensorType type = graph.type(name);
            inputs.put(name, Tensor.filled(type, _ -> low + random.nextDouble() * (high - low)));
        }
        return inputs;
    }
}
