package com.example.model;

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

/** Writes a tiny model with operators of com.example, as a training framework's exporter would leave them in a file. */
public final class MakeModel {
    private static final int FLOAT = 1;

    private MakeModel() {}

    /** @param args the file to write */
    public static void main(String[] args) throws IOException {
        Files.write(Path.of(args[0]), model().toByteArray());
    }

    /** {@code scores = Glu(Snake(ScaledTanh(x) · w))}, x [1,6]. */
    private static ModelProto model() {
        TensorProto.Builder w =
                TensorProto.newBuilder().setName("w").setDataType(FLOAT).addDims(6).addDims(8);
        for (int i = 0; i < 48; i++) {
            w.addFloatData((i * 7 % 13 - 6) / 8f);
        }
        GraphProto graph = GraphProto.newBuilder()
                .setName("tiny")
                .addInput(value("x", 1, 6))
                .addInitializer(w)
                .addNode(node("com.example", "ScaledTanh", "bent", "x").addAttribute(number("beta", 0.5f)))
                .addNode(node("", "MatMul", "product", "bent", "w"))
                .addNode(node("com.example", "Snake", "waves", "product").addAttribute(number("alpha", 2)))
                .addNode(node("com.example", "Glu", "scores", "waves"))
                .addOutput(value("scores", 1, 4))
                .build();
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("com.example").setVersion(1))
                .setGraph(graph)
                .build();
    }

    private static NodeProto.Builder node(String domain, String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(type)
                .setName(type.toLowerCase(java.util.Locale.ROOT))
                .addAllInput(java.util.List.of(inputs))
                .addOutput(output);
    }

    private static AttributeProto number(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    private static ValueInfoProto value(String name, int... extents) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int extent : extents) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
                .build();
    }
}
