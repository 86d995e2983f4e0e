package io.selvedge.testkit.fuzz;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Files of a kilobyte that ask for gigabytes or hours: compiled within seconds and megabytes, or refused with a code. */
class ImportBoundsTest {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("bounds");
    private final ModelProto.Builder model = ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1));

    private void longs(String name, long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(7);
        if (values.length > 1) {
            tensor.addDims(values.length);
        }
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        graph.addInitializer(tensor);
    }

    private static ValueInfoProto input(String name, int dtype, long... extents) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long extent : extents) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(dtype).setShape(shape)))
                .build();
    }

    private static NodeProto node(String type, String output, List<String> inputs, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build();
    }

    private static AttributeProto body(GraphProto.Builder body) {
        return AttributeProto.newBuilder()
                .setName("body")
                .setType(AttributeType.GRAPH)
                .setG(body)
                .build();
    }

    /** A loop's body that keeps its condition and makes its state with the nodes. */
    private static GraphProto.Builder rounds(String state, NodeProto... nodes) {
        return GraphProto.newBuilder()
                .addInput(input("round" + state, 7))
                .addInput(input("go" + state, 9))
                .addInput(input(state, 1))
                .addAllNode(List.of(nodes))
                .addOutput(ValueInfoProto.newBuilder().setName("go" + state))
                .addOutput(ValueInfoProto.newBuilder().setName(state + "'"));
    }

    private void check(String output) {
        graph.addOutput(ValueInfoProto.newBuilder().setName(output));
        byte[] bytes = model.setGraph(graph).build().toByteArray();
        Bounds.check(() ->
                Pipeline.compile(OnnxImporter.read(bytes, "bounds.onnx", Optional.empty(), ImportOptions.none())));
    }

    @Test
    void a_loop_of_a_billion_rounds() {
        longs("trips", 1_000_000_000);
        graph.addInput(input("x", 1, 4));
        graph.addNode(node(
                "Loop", "y", List.of("trips", "", "x"), body(rounds("s", node("Relu", "s'", List.of("s"))))));
        check("y");
    }

    @Test
    void a_loop_that_computes_with_constants() {
        longs("trips", 40_000);
        graph.addNode(node("ConstantOfShape", "zeros", List.of("extents")));
        graph.addInitializer(TensorProto.newBuilder()
                .setName("extents")
                .setDataType(7)
                .addDims(1)
                .addInt64Data(4096));
        graph.addNode(node(
                "Loop", "y", List.of("trips", "", "zeros"), body(rounds("s", node("Exp", "s'", List.of("s"))))));
        check("y");
    }

    @Test
    void functions_that_call_the_next_one_twice() {
        for (int i = 0; i < 40; i++) {
            FunctionProto.Builder function = FunctionProto.newBuilder()
                    .setName("f" + i)
                    .setDomain("own")
                    .addInput("a")
                    .addOutput("c")
                    .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                    .addOpsetImport(
                            OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1));
            NodeProto.Builder first = NodeProto.newBuilder().addInput("a").addOutput("b");
            NodeProto.Builder second = NodeProto.newBuilder().addInput("b").addOutput("c");
            for (NodeProto.Builder call : List.of(first, second)) {
                if (i < 39) {
                    call.setDomain("own").setOpType("f" + (i + 1));
                } else {
                    call.setOpType("Relu");
                }
                function.addNode(call);
            }
            model.addFunctions(function);
        }
        graph.addInput(input("x", 1, 4));
        graph.addNode(NodeProto.newBuilder()
                .setDomain("own")
                .setOpType("f0")
                .addInput("x")
                .addOutput("y"));
        check("y");
    }

    @Test
    void products_of_large_matrices_of_zeros() {
        longs("extents", 2048, 2048);
        graph.addNode(node("ConstantOfShape", "m0", List.of("extents")));
        for (int i = 0; i < 30; i++) {
            graph.addNode(node("MatMul", "m" + (i + 1), List.of("m" + i, "m" + i)));
        }
        check("m30");
    }

    @Test
    void many_large_constants() {
        longs("extents", 2000, 2000);
        for (int i = 0; i < 60; i++) {
            graph.addNode(node("ConstantOfShape", "c" + i, List.of("extents")));
            graph.addNode(node("Exp", "e" + i, List.of("c" + i)));
            graph.addOutput(ValueInfoProto.newBuilder().setName("e" + i));
        }
        graph.addNode(node("Concat", "y", List.of("e0", "e1"), integer("axis", 0)));
        check("y");
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    @Test
    void an_outer_product_that_is_summed_at_once() {
        graph.addInitializer(TensorProto.newBuilder()
                .setName("extents")
                .setDataType(7)
                .addDims(1)
                .addInt64Data(4096));
        graph.addNode(node("ConstantOfShape", "v", List.of("extents")));
        AttributeProto equation = AttributeProto.newBuilder()
                .setName("equation")
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8("a,b,c->"))
                .build();
        graph.addNode(node("Einsum", "y", List.of("v", "v", "v"), equation));
        check("y");
    }

    @Test
    void windows_and_tables_of_a_billion_elements() {
        longs("size", 1L << 30);
        graph.addNode(node("HannWindow", "y", List.of("size")));
        check("y");
    }

    @Test
    void a_mel_matrix_of_millions_of_bins() {
        longs("bins", 1 << 20);
        longs("length", 1 << 20);
        longs("rate", 16_000);
        for (String edge : List.of("low", "high")) {
            graph.addInitializer(
                    TensorProto.newBuilder().setName(edge).setDataType(1).addFloatData(edge.equals("low") ? 0 : 8000));
        }
        graph.addNode(node("MelWeightMatrix", "y", List.of("bins", "length", "rate", "low", "high")));
        check("y");
    }

    @Test
    void a_transform_of_a_million_points() {
        graph.addInput(input("x", 1, 1, 1 << 20, 1));
        graph.addNode(node("DFT", "y", List.of("x")));
        check("y");
    }

    @Test
    void inputs_that_fill_the_address_space_together() {
        for (int i = 0; i < 8; i++) {
            graph.addInput(input("x" + i, 1, 1 << 14, 1 << 14));
            graph.addNode(node("Exp", "e" + i, List.of("x" + i)));
        }
        for (int i = 0; i < 7; i++) {
            graph.addNode(node("Add", "s" + (i + 1), List.of(i == 0 ? "e0" : "s" + i, "e" + (i + 1))));
        }
        check("s7");
    }

    @Test
    void shapes_that_grow_from_nothing() {
        longs("times", 1 << 15, 1 << 15);
        graph.addInput(input("x", 1, 1, 1));
        graph.addNode(node("Tile", "t", List.of("x", "times")));
        graph.addNode(node("Expand", "e", List.of("x", "times")));
        graph.addNode(node("Add", "y", List.of("t", "e")));
        check("y");
    }
}
