package io.selvedge.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model of one node, as a file, for ONNX Runtime and for us. */
final class OneNode {
    private static final int OPSET = 17;

    private final NodeProto.Builder node;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("one");
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();

    private OneNode(String domain, String type) {
        this.node = NodeProto.newBuilder().setDomain(domain).setOpType(type).setName("it");
    }

    static OneNode of(String domain, String type) {
        return new OneNode(domain, type);
    }

    OneNode input(Tensor value) {
        String name = "x" + node.getInputCount();
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int extent : value.shape().extents()) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        graph.addInput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(value.dtype().onnxCode())
                                .setShape(shape))));
        inputs.put(name, value);
        node.addInput(name);
        return this;
    }

    OneNode constant(Tensor value) {
        String name = "c" + node.getInputCount();
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(value.dtype().onnxCode())
                .setRawData(ByteString.copyFrom(value.bytes()));
        for (int extent : value.shape().extents()) {
            tensor.addDims(extent);
        }
        graph.addInitializer(tensor);
        node.addInput(name);
        return this;
    }

    OneNode absent() {
        node.addInput("");
        return this;
    }

    OneNode with(String name, long value) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value));
        return this;
    }

    OneNode with(String name, float value) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value));
        return this;
    }

    OneNode with(String name, String value) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value)));
        return this;
    }

    OneNode with(String name, List<Long> values) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(values));
        return this;
    }

    OneNode withFloats(String name, Float... values) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOATS)
                .addAllFloats(List.of(values)));
        return this;
    }

    /** Gives the node these outputs, an empty name for an unused one, and compares all of them. */
    void agrees(Path folder, Tolerance tolerance, String... outputs) {
        for (String output : outputs) {
            node.addOutput(output);
            if (!output.isEmpty()) {
                graph.addOutput(ValueInfoProto.newBuilder().setName(output));
            }
        }
        Path file = folder.resolve(node.getOpType() + ".onnx");
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .setGraph(graph.addNode(node))
                .build();
        try {
            Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Graph read = OnnxImporter.read(file);
        Verifier.verify(read);
        Map<String, Tensor> want = OnnxRuntimeOracle.runAsWritten(file, inputs);
        Map<String, Tensor> got = ReferenceEvaluator.run(read, inputs);
        assertThat(got.keySet()).isEqualTo(want.keySet());
        want.forEach((name, tensor) -> tolerance.check(node.getOpType() + " " + name, tensor, got.get(name)));
    }
}
