package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code Y = X}, provided that a list of integers is what was assumed when the model was compiled: a shape, axes or sizes that
 * the file leaves to the caller although it declares the shape of the result. Inputs: X of any type, parameter int64 or int32
 * [N] (or a scalar). A run with another parameter ends with BAD_DATA.
 *
 * @param choices how many values each element may have; 0 means that the parameter is a set of axes
 * @param values with choices, N times that many, row by row; else a bit mask of axes that must be there, one of axes that may
 *     be, and the rank
 */
public record Expect(int choices, List<Long> values) implements Op, Lowerable {
    public Expect {
        values = List.copyOf(values);
    }

    @Override
    public String type() {
        return "Expect";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "choices",
                (long) choices,
                "values",
                values.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(required(inputs, 0, "X"));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor parameter = required(inputs, 1, "parameter");
        if (choices == 0 ? !isSet(parameter) : !isList(parameter)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    "a shape, axes or sizes among the inputs are " + Arrays.toString(parameter.toLongs())
                            + ", which do not give the shape that the model declares for the result");
        }
        return List.of(required(inputs, 0, "X"));
    }

    private boolean isList(Tensor parameter) {
        for (int i = 0; i < parameter.elements(); i++) {
            if (!values.subList(i * choices, (i + 1) * choices).contains(parameter.getLong(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean isSet(Tensor parameter) {
        long seen = 0;
        for (int i = 0; i < parameter.elements(); i++) {
            long axis = parameter.getLong(i) < 0 ? parameter.getLong(i) + values.get(2) : parameter.getLong(i);
            if (axis < 0 || axis >= values.get(2) || (seen >> axis & 1) != 0) {
                return false;
            }
            seen |= 1L << axis;
        }
        return (seen & values.get(0)) == values.get(0) && (seen & ~values.get(1)) == 0;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType type = builder.graph().type(node.output());
        TensorType parameter = builder.graph().type(node.input(1));
        boolean wide = parameter.dtype() == DType.INT64;
        List<Kernel.Operand> operands = List.of(
                Routines.operand(builder, node.input(0)),
                Routines.operand(builder, node.input(1)),
                new Kernel.Operand(builder.weight(node.output() + ".allowed", table()), true, 0));
        DenseOperands.output(
                builder,
                node.output(),
                y -> Routines.emit(
                        builder,
                        "expect",
                        wide ? "sv_expect_i64" : "sv_expect_i32",
                        operands,
                        y.buffer(),
                        OptionalInt.empty(),
                        type.shape().elements() * type.dtype().bytes(),
                        parameter.shape().elements(),
                        (long) choices));
    }

    private byte[] table() {
        ByteBuffer bytes = ByteBuffer.allocate(values.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(bytes::putLong);
        return bytes.array();
    }
}
