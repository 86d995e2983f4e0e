package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Inputs of a model. The graph has tensors only: a sequence becomes an input per element, {@code x[0]}, {@code x[1]}, and so
 * on, with its length as the dimension {@code x:length}; an optional becomes its content or, with the dimension
 * {@code x:present} bound to 0, nothing.
 */
final class InputValues {
    private final InputShapes shapes;
    private final Map<String, Tensor> constants;
    private final GraphBuilder builder;
    private final String file;
    private final Set<String> names = new HashSet<>();

    InputValues(ImportOptions options, GraphBuilder builder, String file) {
        this.shapes = new InputShapes(options);
        this.constants = options.constants();
        this.builder = builder;
        this.file = file;
    }

    /** Adds what the input consists of to the graph. */
    Value read(ValueInfoProto input) {
        return value(input.getName(), input.getType());
    }

    private Value value(String name, TypeProto type) {
        return switch (type.getValueCase()) {
            case SEQUENCE_TYPE -> sequence(name, type.getSequenceType().getElemType());
            case OPTIONAL_TYPE -> optional(name, type.getOptionalType().getElemType());
            case TENSOR_TYPE ->
                tensor(ValueInfoProto.newBuilder().setName(name).setType(type).build());
            case MAP_TYPE, SPARSE_TENSOR_TYPE, VALUE_NOT_SET ->
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "input '" + name + "' is not a tensor, sequence or optional; others are not supported (" + file
                                + ")");
        };
    }

    private Value sequence(String name, TypeProto element) {
        int length = shapes.count(
                name,
                "length",
                () -> "input '" + name + "' is a sequence; generated code needs its length. Give --dim " + name
                        + ":length=<number>");
        List<Value> elements = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            elements.add(value(name + "[" + i + "]", element));
        }
        return new Value.Sequence(elements);
    }

    private Value optional(String name, TypeProto element) {
        int present = shapes.count(
                name,
                "present",
                () -> "input '" + name + "' is optional; generated code needs to know whether it is there. Give --dim "
                        + name + ":present=1 or --dim " + name + ":present=0");
        return new Value.Maybe(present == 0 ? Optional.empty() : Optional.of(value(name, element)));
    }

    private Value tensor(ValueInfoProto input) {
        String name = input.getName();
        names.add(name);
        Tensor constant = constants.get(name);
        if (constant != null) {
            return new Value.Single(builder.namedConstant(name, constant));
        }
        int code = input.getType().getTensorType().getElemType();
        DType dtype = DType.ofOnnxCode(code)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "input '" + name + "' has ONNX element type " + code + ", which is not supported (" + file
                                + ")"));
        return new Value.Single(builder.input(name, new TensorType(dtype, shapes.bind(input))));
    }

    /** @throws SelvedgeException BAD_OPTION when an option names what the model does not have */
    void checkAllUsed() {
        Set<String> unknown = new TreeSet<>(constants.keySet());
        unknown.removeAll(names);
        if (!unknown.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--constant names " + unknown + "; the model's inputs are " + new TreeSet<>(names));
        }
        shapes.checkAllUsed();
    }
}
