package io.selvedge.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.lower.FuseQuantized;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.pass.Pass;
import io.selvedge.compiler.pass.Pipelines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passes on real models: the values stay, and what should go is gone. */
class PassesOnModelsTest {
    private static final Tolerance CLOSE = new Tolerance(0, 1e-5);

    private static Graph shared(String file) {
        Optional<Path> model = SharedFolder.find("models/" + file);
        assumeTrue(model.isPresent(), "shared/models is absent");
        return SharedModelsTest.read(model.get());
    }

    private static Graph textLineOrientation() throws IOException {
        try (InputStream model =
                PassesOnModelsTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            ImportOptions options = new ImportOptions(Map.of(), Map.of("x", List.of(1, 3, 48, 192)));
            return OnnxImporter.read(model.readAllBytes(), "cls.onnx", Optional.empty(), options);
        }
    }

    private static Graph fused(Graph simplified) {
        return Pipelines.fuse(FuseQuantized.run(simplified));
    }

    private static Map<String, Integer> counts(Graph graph) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Node node : graph.nodes()) {
            counts.merge(node.op().type(), 1, Integer::sum);
        }
        return counts;
    }

    private static void assertSame(Graph before, Graph after, Tolerance tolerance) {
        Verifier.verify(after);
        Map<String, Tensor> inputs = SharedModelsTest.inputs(before, -2, 2);
        Map<String, Tensor> want = ReferenceEvaluator.run(before, inputs);
        Map<String, Tensor> got = ReferenceEvaluator.run(after, inputs);
        want.forEach((name, tensor) -> tolerance.check(name, tensor, got.get(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx",
                "mlperf-tiny/mlperftiny_ic_resnet8_fp32_dynbatch.onnx",
                "mlperf-tiny/mlperftiny_kws_dscnn_fp32_nchw.onnx",
                "mlperf-tiny/mlperftiny_kws_dscnn_fp32_dynbatch.onnx",
                "gesture/weights/model.onnx",
                "face/version-RFB-320.onnx",
                "face/version-RFB-320_simplified.onnx",
                "control/cartpole_ppo.onnx",
                "control/pendulum_ppo.onnx"
            })
    void values_stay_through_simplification_and_fusion(String file) {
        Graph before = shared(file);
        Graph simplified = Pipelines.simplify(before);
        assertSame(before, simplified, CLOSE);
        assertSame(before, fused(simplified), CLOSE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlperf-tiny/mlperftiny_ic_resnet8_int8_qdq_nchw.onnx",
                "mlperf-tiny/mlperftiny_kws_dscnn_int8_qdq_nchw.onnx"
            })
    void simplification_keeps_every_bit_of_a_quantised_model(String file) {
        Graph before = shared(file);
        Graph after = Pipelines.simplify(before);
        assertThat(counts(after).get("QuantizeLinear")).isEqualTo(counts(before).get("QuantizeLinear"));
        assertThat(counts(after).get("DequantizeLinear"))
                .isEqualTo(counts(before).get("DequantizeLinear"));
        Map<String, Tensor> inputs = SharedModelsTest.inputs(before, -128, 127);
        assertThat(ReferenceEvaluator.run(after, inputs)).isEqualTo(ReferenceEvaluator.run(before, inputs));
    }

    @Test
    void simplified_graph_is_left_alone() throws IOException {
        Graph simplified = Pipelines.simplify(textLineOrientation());
        for (Pass pass : Pipelines.SIMPLIFY) {
            assertThat(pass.run(simplified)).as(pass.name()).isSameAs(simplified);
        }
    }

    @Test
    void face_detector_simplifies_to_what_its_authors_published() {
        Map<String, Integer> ours = counts(Pipelines.simplify(shared("face/version-RFB-320.onnx")));
        Map<String, Integer> theirs = counts(shared("face/version-RFB-320_simplified.onnx"));
        assertThat(ours).doesNotContainKeys("Shape", "Gather", "Unsqueeze", "BatchNormalization", "Constant");
        for (String type : List.of("Conv", "Relu", "Transpose", "Reshape", "Softmax")) {
            assertThat(ours.get(type)).as(type).isEqualTo(theirs.get(type));
        }
        // The published file ends before the boxes are decoded: 15 nodes that have nothing to be simplified to.
        assertThat(total(ours)).isEqualTo(total(theirs) + 15);
    }

    private static int total(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(n -> n).sum();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlperf-tiny/mlperftiny_ic_resnet8_fp32_dynbatch.onnx",
                "mlperf-tiny/mlperftiny_kws_dscnn_fp32_dynbatch.onnx"
            })
    void channels_last_models_have_no_transpose_but_at_the_input(String file) {
        Graph simplified = Pipelines.simplify(shared(file));
        assertThat(simplified.nodes())
                .filteredOn(node -> node.op().type().equals("Transpose"))
                .allMatch(node -> simplified.inputs().contains(node.input(0)));
    }

    @Test
    void resnet_is_nine_convolutions_that_carry_everything_element_wise() {
        Graph fused = fused(Pipelines.simplify(shared("mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx")));
        assertThat(counts(fused))
                .isEqualTo(Map.of("FusedConv", 9, "FusedGemm", 1, "GlobalAveragePool", 1, "Reshape", 1, "Softmax", 1));
    }

    @Test
    void text_line_classifier_loses_its_shapes_norms_and_hard_swishes() throws IOException {
        Graph before = textLineOrientation();
        Graph simplified = Pipelines.simplify(before);
        assertSame(before, simplified, CLOSE);
        assertThat(counts(simplified))
                .doesNotContainKeys("Constant", "Shape", "Cast", "Slice", "BatchNormalization", "Div", "Clip", "MatMul")
                .containsEntry("Conv", 53)
                .containsEntry("HardSwish", 18)
                .containsEntry("Gemm", 1);
        Graph fused = fused(simplified);
        assertSame(before, fused, CLOSE);
        // What is left element-wise are the nine products of squeeze-and-excite.
        assertThat(counts(fused)).containsEntry("FusedConv", 53).containsEntry("FusedMap", 9);
        assertThat(fused.nodes()).hasSize(76);
    }
}
