package io.selvedge.cli;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small models of which not everything can be compiled. */
final class FallbackModels {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private FallbackModels() {}

    /** {@code y = Relu(Inverse(Abs(x) + 4 I)) * 2}; ONNX Runtime has Inverse, in a domain of its own. */
    static GraphProto.Builder inverse() {
        return graph("inverse")
                .addInput(value("x", FLOAT, 4, 4))
                .addInitializer(floats("eye", List.of(4L, 4L), 4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 4))
                .addInitializer(floats("two", List.of(), 2))
                .addNode(node("abs", "Abs", "a", "x"))
                .addNode(node("add", "Add", "b", "a", "eye"))
                .addNode(node("invert", "Inverse", "c", "b").setDomain("com.microsoft"))
                .addNode(node("relu", "Relu", "d", "c"))
                .addNode(node("double", "Mul", "y", "d", "two"))
                .addValueInfo(value("c", FLOAT, 4, 4))
                .addOutput(value("y", FLOAT, 4, 4));
    }

    /** Sum of the coordinates of the positive elements of x, times 2: how many there are is known only at run time. */
    static GraphProto.Builder coordinates() {
        return graph("coordinates")
                .addInput(value("x", FLOAT, 3, 4))
                .addInitializer(floats("two", List.of(), 2))
                .addNode(node("relu", "Relu", "r", "x"))
                .addNode(node("find", "NonZero", "n", "r"))
                .addNode(node("turn", "Transpose", "t", "n").addAttribute(ints("perm", 1, 0)))
                .addNode(node("cast", "Cast", "f", "t").addAttribute(integer("to", FLOAT)))
                .addNode(node("sum", "ReduceMean", "s", "f")
                        .addAttribute(ints("axes", 0))
                        .addAttribute(integer("keepdims", 0)))
                .addNode(node("double", "Mul", "y", "s", "two"))
                .addValueInfo(value("n", INT64, 2, -1))
                .addValueInfo(value("t", INT64, -1, 2))
                .addValueInfo(value("f", FLOAT, -1, 2))
                .addValueInfo(value("s", FLOAT, 2))
                .addOutput(value("y", FLOAT, 2));
    }

    /** A value of open extent meets again what was made of its sum, which could be compiled if it stood alone. */
    static GraphProto.Builder meeting() {
        GraphProto.Builder graph = coordinates();
        return graph.setName("meeting")
                .addNode(node("exp", "Tanh", "e", "y"))
                .addNode(node("meet", "Mul", "m", "f", "e"))
                .addNode(node("last", "ReduceMax", "z", "m")
                        .addAttribute(ints("axes", 0))
                        .addAttribute(integer("keepdims", 0)))
                .addNode(node("half", "Relu", "h", "z"))
                .addValueInfo(value("m", FLOAT, -1, 2))
                .addValueInfo(value("z", FLOAT, 2))
                .clearOutput()
                .addOutput(value("h", FLOAT, 2));
    }

    /** Numbers from a table, which the reference evaluator knows and no kernel does. */
    static GraphProto.Builder table() {
        return graph("table")
                .addInput(value("k", INT64, 4))
                .addInput(value("x", FLOAT, 4))
                .addNode(node("look", "LabelEncoder", "v", "k")
                        .setDomain("ai.onnx.ml")
                        .addAttribute(ints("keys_int64s", 3, 5))
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("values_floats")
                                .setType(AttributeProto.AttributeType.FLOATS)
                                .addFloats(0.5f)
                                .addFloats(7)))
                .addNode(node("add", "Add", "y", "v", "x"))
                .addOutput(value("y", FLOAT, 4));
    }

    static Path write(GraphProto.Builder graph, Path file) throws IOException {
        return Files.write(
                file,
                ModelProto.newBuilder()
                        .setIrVersion(8)
                        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                        .addOpsetImport(OperatorSetIdProto.newBuilder()
                                .setDomain("com.microsoft")
                                .setVersion(1))
                        .addOpsetImport(OperatorSetIdProto.newBuilder()
                                .setDomain("ai.onnx.ml")
                                .setVersion(2))
                        .setGraph(graph)
                        .build()
                        .toByteArray());
    }

    private static GraphProto.Builder graph(String name) {
        return GraphProto.newBuilder().setName(name);
    }

    private static NodeProto.Builder node(String name, String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName(name)
                .setOpType(type)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    private static AttributeProto integer(String name, long number) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(number)
                .build();
    }

    private static AttributeProto ints(String name, long... numbers) {
        AttributeProto.Builder list =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long number : numbers) {
            list.addInts(number);
        }
        return list.build();
    }

    private static TensorProto floats(String name, List<Long> dims, float... values) {
        java.nio.ByteBuffer raw =
                java.nio.ByteBuffer.allocate(4 * values.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            raw.putFloat(value);
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(FLOAT)
                .addAllDims(dims)
                .setRawData(ByteString.copyFrom(raw.array()))
                .build();
    }

    /** An extent below 0 is not known. */
    private static ValueInfoProto value(String name, int type, long... extents) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long extent : extents) {
            TensorShapeProto.Dimension.Builder dim = shape.addDimBuilder();
            if (extent >= 0) {
                dim.setDimValue(extent);
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build();
    }
}
