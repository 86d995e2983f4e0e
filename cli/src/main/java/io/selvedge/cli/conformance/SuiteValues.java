package io.selvedge.cli.conformance;

import com.google.protobuf.InvalidProtocolBufferException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.OptionalProto;
import io.selvedge.compiler.onnx.proto.SequenceProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Data of a test as the importer states them: elements of sequences one by one, lengths as dimensions. */
final class SuiteValues {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> dims = new LinkedHashMap<>();

    SuiteValues(List<ValueInfoProto> declared, List<byte[]> data) {
        try {
            for (int i = 0; i < data.size(); i++) {
                read(declared.get(i).getName(), declared.get(i).getType(), data.get(i));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tensors by the names that the importer gives them, in its order. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    /** {@code name:length} of sequences, {@code name:present} of optionals. */
    Map<String, Integer> dims() {
        return dims;
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
