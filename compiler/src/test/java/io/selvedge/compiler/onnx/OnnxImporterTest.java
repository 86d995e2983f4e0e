package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static io.selvedge.compiler.onnx.Models.ints;
import static io.selvedge.compiler.onnx.Models.number;
import static io.selvedge.compiler.onnx.Models.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gelu;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Softmax;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What importing makes of files of all ages: one form. */
class OnnxImporterTest {
    private static Tensor run(Graph graph, float... x) {
        Verifier.verify(graph);
        Tensor input = Tensor.floats(x, x.length).reshaped(graph.type("x").shape());
        return ReferenceEvaluator.run(graph, Map.of("x", input)).get("y");
    }

    @Test
    void every_encoding_of_a_tensor_is_read() {
        Models model = new Models(17).input("x", 1);
        model.tensor(typed("i8", 3).addInt32Data(-5));
        model.tensor(typed("u8", 2).addInt32Data(250));
        model.tensor(typed("b", 9).addInt32Data(1));
        model.tensor(typed("f16", 10).addInt32Data(0x3E00));
        model.tensor(typed("bf16", 16).addInt32Data(0x3FC0));
        model.tensor(typed("i64", 7).addInt64Data(1L << 40));
        model.tensor(typed("u32", 12).addUint64Data(4_000_000_000L));
        model.tensor(typed("f64", 11).addDoubleData(Math.PI));
        model.tensor(typed("raw", 1).setRawData(ByteString.copyFrom(new byte[] {0, 0, (byte) 0xC0, 0x3F})));
        Graph graph = model.node("Relu", List.of("x"), List.of("y")).output("y").read();
        assertThat(value(graph, "i8")).isEqualTo(-5);
        assertThat(value(graph, "u8")).isEqualTo(250);
        assertThat(value(graph, "b")).isEqualTo(1);
        assertThat(value(graph, "f16")).isEqualTo(1.5);
        assertThat(value(graph, "bf16")).isEqualTo(1.5);
        assertThat(value(graph, "i64")).isEqualTo(0x1p40);
        assertThat(value(graph, "u32")).isEqualTo(4e9);
        assertThat(value(graph, "f64")).isEqualTo(Math.PI);
        assertThat(value(graph, "raw")).isEqualTo(1.5);
    }

    private static TensorProto.Builder typed(String name, int dtype) {
        return TensorProto.newBuilder().setName(name).setDataType(dtype).addDims(1);
    }

    private static double value(Graph graph, String constant) {
        return graph.constant(constant).orElseThrow().getDouble(0);
    }

    @Test
    void initializers_that_are_inputs_too_are_constants() {
        Graph graph = new Models(7)
                .input("x", 2)
                .input("w", 2)
                .floats("w", new float[] {3, 4}, 2)
                .node("Mul", List.of("x", "w"), List.of("y"))
                .output("y")
                .read();
        assertThat(graph.inputs()).containsExactly("x");
        assertThat(run(graph, 1, 2).toFloats()).containsExactly(3, 8);
    }

    @Test
    void nodes_are_sorted_and_get_names() {
        Graph graph = new Models(17)
                .input("x", 2)
                .node("Neg", List.of("a"), List.of("y"))
                .node("Relu", List.of("x"), List.of("a"))
                .output("y")
                .read();
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("Relu_1", "Neg_0");
        assertThat(run(graph, -1, 2).toFloats()).containsExactly(-0f, -2);
    }

    @Test
    void constant_nodes_become_constants() {
        Graph graph = new Models(17)
                .input("x", 2)
                .node("Constant", List.of(), List.of("c"), number("value_float", 2))
                .node("Mul", List.of("x", "c"), List.of("y"))
                .output("y")
                .read();
        assertThat(graph.constant("c")).contains(Tensor.floats(new float[] {2}));
        assertThat(graph.nodes()).hasSize(1);
    }

    @Test
    void automatic_padding_becomes_explicit() {
        Graph graph = new Models(11)
                .input("x", 1, 1, 5, 4)
                .floats("w", new float[9], 1, 1, 3, 3)
                .node("Conv", List.of("x", "w"), List.of("y"), text("auto_pad", "SAME_UPPER"), ints("strides", 2, 2))
                .output("y")
                .read();
        Conv conv = (Conv) graph.nodes().getFirst().op();
        assertThat(conv.pads()).containsExactly(1, 0, 1, 1);
        assertThat(graph.type("y").shape().extents()).containsExactly(1, 1, 3, 2);
    }

    @Test
    void clip_of_old_files_gets_its_bounds_as_inputs() {
        Graph graph = new Models(7)
                .input("x", 3)
                .node("Clip", List.of("x"), List.of("y"), number("max", 6))
                .output("y")
                .read();
        Node clip = graph.nodes().getFirst();
        assertThat(clip.op()).isEqualTo(new Clip());
        assertThat(clip.inputs()).hasSize(3);
        assertThat(run(graph, -9, 3, 8).toFloats()).containsExactly(-9, 3, 6);
    }

    @Test
    void softmax_before_opset_13_flattens() {
        Graph graph = new Models(11)
                .input("x", 1, 2, 2)
                .node("Softmax", List.of("x"), List.of("y"), integer("axis", 1))
                .output("y")
                .read();
        assertThat(run(graph, 0, 0, 0, 0).toFloats()).containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
        Graph last = new Models(11)
                .input("x", 1, 4)
                .node("Softmax", List.of("x"), List.of("y"))
                .output("y")
                .read();
        assertThat(last.nodes().getFirst().op()).isEqualTo(new Softmax(1, false));
    }

    @Test
    void reductions_of_all_ages_have_explicit_axes() {
        Reduce want = new Reduce(Reduce.Kind.MEAN, List.of(1), false);
        Graph old = new Models(13)
                .input("x", 1, 2)
                .node("ReduceMean", List.of("x"), List.of("y"), ints("axes", -1), integer("keepdims", 0))
                .output("y")
                .read();
        Graph recent = new Models(18)
                .input("x", 1, 2)
                .longs("axes", -1)
                .node("ReduceMean", List.of("x", "axes"), List.of("y"), integer("keepdims", 0))
                .output("y")
                .read();
        assertThat(old.nodes().getFirst().op()).isEqualTo(want);
        assertThat(recent.nodes().getFirst().op()).isEqualTo(want);
        assertThat(recent.nodes().getFirst().inputs()).containsExactly("x");
        assertThat(run(recent, 2, 4).toFloats()).containsExactly(3);
    }

    @Test
    void dropout_is_identity_and_its_training_inputs_go() {
        Graph graph = new Models(13)
                .input("x", 2)
                .floats("ratio", new float[] {0.5f})
                .node("Dropout", List.of("x", "ratio"), List.of("y", "mask"))
                .output("y")
                .read();
        assertThat(graph.nodes().getFirst().op()).isEqualTo(new Identity());
        assertThat(graph.nodes().getFirst().inputs()).containsExactly("x");
        assertThat(graph.nodes().getFirst().outputs()).containsExactly("y");
    }

    @Test
    void upsample_is_resize_and_slices_read_attributes() {
        AttributeProto scales = AttributeProto.newBuilder()
                .setName("scales")
                .setType(AttributeProto.AttributeType.FLOATS)
                .addFloats(1)
                .addFloats(2)
                .build();
        Graph graph = new Models(7)
                .input("x", 1, 3)
                .node("Upsample", List.of("x"), List.of("u"), scales, text("mode", "nearest"))
                .node("Slice", List.of("u"), List.of("y"), ints("starts", 1), ints("ends", 1000), ints("axes", 1))
                .output("y")
                .read();
        assertThat(run(graph, 1, 2, 3).toFloats()).containsExactly(1, 2, 2, 3, 3);
    }

    @Test
    void shape_arithmetic_is_followed() {
        Graph graph = new Models(13)
                .input("x", 2, 3, 4)
                .longs("zero", 0)
                .longs("rest", -1)
                .node("Shape", List.of("x"), List.of("s"))
                .node("Gather", List.of("s", "zero"), List.of("n"))
                .node("Concat", List.of("n", "rest"), List.of("target"), integer("axis", 0))
                .node("Reshape", List.of("x", "target"), List.of("y"))
                .output("y")
                .read();
        assertThat(graph.type("y").shape().extents()).containsExactly(2, 12);
    }

    @Test
    void quantisation_without_zero_point_gets_one() {
        Graph graph = new Models(13)
                .input("x", 3)
                .floats("scale", new float[] {0.5f})
                .node("QuantizeLinear", List.of("x", "scale"), List.of("q"))
                .node("DequantizeLinear", List.of("q", "scale"), List.of("y"))
                .output("y")
                .read();
        assertThat(graph.nodes()).allSatisfy(node -> assertThat(node.inputs()).hasSize(3));
        assertThat(graph.type("q").dtype()).isEqualTo(DType.UINT8);
        assertThat(run(graph, -1, 0.75f, 1.25f).toFloats()).containsExactly(0, 1, 1);
    }

    @Test
    void operators_of_other_domains_have_their_own_opsets() {
        Graph graph = new Models(13)
                .withoutOpsets()
                .domain("com.microsoft", 1)
                .input("x", 2)
                .node("com.microsoft", "Gelu", List.of("x"), List.of("y"))
                .output("y")
                .read();
        assertThat(graph.nodes().getFirst().op()).isEqualTo(new Gelu(false));
    }
}
