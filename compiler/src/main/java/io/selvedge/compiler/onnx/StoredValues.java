package io.selvedge.compiler.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OptionalProto;
import io.selvedge.compiler.onnx.proto.SequenceProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Inputs or outputs of a model that lie in files of their own ({@code input_0.pb} and so on, as test suites store them), stated as
 * the importer states them: elements of sequences one by one, lengths as dimensions.
 */
public final class StoredValues {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> dims = new LinkedHashMap<>();

    private StoredValues(List<ValueInfoProto> declared, List<byte[]> data) {
        try {
            for (int i = 0; i < data.size(); i++) {
                read(declared.get(i).getName(), declared.get(i).getType(), data.get(i));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA, "an input or output beside the model is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Values of the model's inputs, initializers left out, in the model's order.
     *
     * @throws SelvedgeException BAD_MODEL, BAD_DATA, UNSUPPORTED_DTYPE
     */
    public static StoredValues inputs(byte[] model, List<byte[]> data) {
        return new StoredValues(inputs(graph(model)), data);
    }

    /**
     * Values of the model's outputs.
     *
     * @throws SelvedgeException as {@link #inputs}
     */
    public static StoredValues outputs(byte[] model, List<byte[]> data) {
        return new StoredValues(graph(model).getOutputList(), data);
    }

    /** Types of the operators of the model's graph. */
    public static Set<String> operators(byte[] model) {
        return graph(model).getNodeList().stream().map(NodeProto::getOpType).collect(Collectors.toSet());
    }

    /**
     * Files for the float inputs of a model that comes without: element i of n is i / n, as the ONNX project's runner has it; an open
     * extent is 1.
     */
    public static List<byte[]> ramps(byte[] model) {
        return inputs(graph(model)).stream().map(StoredValues::ramp).toList();
    }

    private static byte[] ramp(ValueInfoProto input) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(DType.FLOAT32.onnxCode());
        int count = 1;
        for (var dim : input.getType().getTensorType().getShape().getDimList()) {
            int extent = Math.toIntExact(Math.max(1, dim.getDimValue()));
            tensor.addDims(extent);
            count = Math.multiplyExact(count, extent);
        }
        for (int i = 0; i < count; i++) {
            tensor.addFloatData((float) ((double) i / count));
        }
        return tensor.build().toByteArray();
    }

    private static GraphProto graph(byte[] model) {
        try {
            return ModelProto.parseFrom(model).getGraph();
        } catch (InvalidProtocolBufferException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL, "the model is not an ONNX model, or it is cut off: " + e.getMessage(), e);
        }
    }

    private static List<ValueInfoProto> inputs(GraphProto graph) {
        Set<String> constants =
                graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        return graph.getInputList().stream()
                .filter(input -> !constants.contains(input.getName()))
                .toList();
    }

    /** Tensors by the names that the importer gives them, in its order. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** {@code name:length} of sequences, {@code name:present} of optionals. */
    public Map<String, Integer> dims() {
        return Collections.unmodifiableMap(dims);
    }

    private void read(String name, TypeProto type, byte[] bytes) throws InvalidProtocolBufferException {
        switch (type.getValueCase()) {
            case SEQUENCE_TYPE -> sequence(name, SequenceProto.parseFrom(bytes));
            case OPTIONAL_TYPE -> optional(name, OptionalProto.parseFrom(bytes));
            default ->
                tensors.put(name, tensor(type.getTensorType().getElemType(), OnnxImporter.readTensor(bytes, name)));
        }
    }

    /** NumPy, which wrote the files, has no bfloat16: its bits stand there as uint16. */
    private static Tensor tensor(int declared, Tensor stored) {
        if (stored.dtype() != DType.UINT16 || declared != DType.BFLOAT16.onnxCode()) {
            return stored;
        }
        return Tensor.view(new TensorType(DType.BFLOAT16, stored.shape()), stored.bytes());
    }

    private void sequence(String name, SequenceProto sequence) {
        int length =
                sequence.getTensorValuesCount() + sequence.getSequenceValuesCount() + sequence.getOptionalValuesCount();
        dims.put(name + ":length", length);
        for (int i = 0; i < sequence.getTensorValuesCount(); i++) {
            String element = name + "[" + i + "]";
            tensors.put(
                    element, OnnxImporter.readTensor(sequence.getTensorValues(i).toByteArray(), element));
        }
        for (int i = 0; i < sequence.getSequenceValuesCount(); i++) {
            sequence(name + "[" + i + "]", sequence.getSequenceValues(i));
        }
        for (int i = 0; i < sequence.getOptionalValuesCount(); i++) {
            optional(name + "[" + i + "]", sequence.getOptionalValues(i));
        }
    }

    private void optional(String name, OptionalProto optional) {
        boolean present = optional.hasTensorValue() || optional.hasSequenceValue();
        dims.put(name + ":present", present ? 1 : 0);
        if (optional.hasTensorValue()) {
            tensors.put(name, OnnxImporter.readTensor(optional.getTensorValue().toByteArray(), name));
        } else if (optional.hasSequenceValue()) {
            sequence(name, optional.getSequenceValue());
        }
    }
}
