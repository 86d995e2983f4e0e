package io.selvedge.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.op.OpCatalog;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Import, export and text: nothing of a real model is lost on the way. */
class RoundTripTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx",
                "mlperf-tiny/mlperftiny_ic_resnet8_fp32_dynbatch.onnx",
                "mlperf-tiny/mlperftiny_ic_resnet8_int8_qdq_nchw.onnx",
                "mlperf-tiny/mlperftiny_kws_dscnn_fp32_dynbatch.onnx",
                "mlperf-tiny/mlperftiny_kws_dscnn_int8_qdq_nchw.onnx",
                "gesture/weights/model.onnx",
                "face/version-RFB-320.onnx",
                "control/cartpole_ppo.onnx"
            })
    void exported_model_runs_as_the_original_and_reads_back(String file) {
        Optional<Path> model = SharedFolder.find("models/" + file);
        assumeTrue(model.isPresent(), "shared/models is absent");
        Graph graph = SharedModelsTest.read(model.get());
        Path exported = folder.resolve(graph.name() + ".onnx");
        OnnxExporter.write(graph, exported, Map.of("made", "by a test"));
        Map<String, Tensor> inputs = SharedModelsTest.inputs(graph, -1, 100);
        Map<String, Tensor> want = OnnxRuntimeOracle.run(model.get(), inputs);
        Map<String, Tensor> got = OnnxRuntimeOracle.run(exported, inputs);
        want.forEach((name, tensor) -> new Tolerance(0, 1e-5).check(name, tensor, got.get(name)));
        Graph again = OnnxImporter.read(exported);
        assertThat(again.nodes()).isEqualTo(graph.nodes());
        assertThat(OnnxExporter.bytes(again, Map.of("made", "by a test")))
                .isEqualTo(OnnxExporter.bytes(graph, Map.of("made", "by a test")));
        assertThat(GraphText.parse(GraphText.dumpFull(graph), OpCatalog.ALL)).isEqualTo(graph);
    }
}
