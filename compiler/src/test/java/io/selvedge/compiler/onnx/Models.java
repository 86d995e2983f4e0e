package io.selvedge.compiler.onnx;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.ir.Graph;
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

/** Small ONNX files as a test wants them. */
final class Models {
    private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");

    Models(int opset) {
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
    }

    /** Imports a domain beside ai.onnx. */
    Models domain(String domain, int version) {
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version));
        return this;
    }

    /** Takes back the import of ai.onnx and any other. */
    Models withoutOpsets() {
        model.clearOpsetImport();
        return this;
    }

    /** A float input; an extent may be a number, a name, {@code -1} or empty for no statement. */
    Models input(String name, Object... extents) {
        return typedInput(name, 1, extents);
    }

    Models typedInput(String name, int elementType, Object... extents) {
        graph.addInput(value(name, elementType, extents));
        return this;
    }

    /** A float output whose shape is declared. */
    Models typedOutput(String name, Object... extents) {
        graph.addOutput(value(name, 1, extents));
        return this;
    }

    private static ValueInfoProto.Builder value(String name, int elementType, Object... extents) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object extent : extents) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            if (extent instanceof Integer number) {
                dim.setDimValue(number);
            } else if (!extent.toString().isEmpty()) {
                dim.setDimParam(extent.toString());
            }
            shape.addDim(dim);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(elementType)
                                .setShape(shape)));
    }

    Models floats(String name, float[] values, long... extents) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(1);
        for (float value : values) {
            tensor.addFloatData(value);
        }
        for (long extent : extents) {
            tensor.addDims(extent);
        }
        return tensor(tensor);
    }

    Models longs(String name, long... values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(7).addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor(tensor);
    }

    Models tensor(TensorProto.Builder tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    Models node(String type, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        return node(NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes)));
    }

    Models node(NodeProto.Builder node) {
        graph.addNode(node);
        return this;
    }

    /** A node of another domain than ai.onnx. */
    Models node(String domain, String type, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        return node(NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(type)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes)));
    }

    Models output(String name) {
        graph.addOutput(ValueInfoProto.newBuilder().setName(name));
        return this;
    }

    static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto number(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    /** What was added so far as the sub-graph of an attribute. */
    AttributeProto subgraph(String attribute) {
        return AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    Models function(FunctionProto.Builder function) {
        model.addFunctions(function);
        return this;
    }

    /** An input of any type. */
    Models input(String name, TypeProto type) {
        graph.addInput(ValueInfoProto.newBuilder().setName(name).setType(type));
        return this;
    }

    byte[] bytes() {
        return model.setGraph(graph).build().toByteArray();
    }

    Graph read() {
        return read(ImportOptions.none());
    }

    Graph read(ImportOptions options) {
        return OnnxImporter.read(bytes(), "test.onnx", Optional.empty(), options);
    }
}
