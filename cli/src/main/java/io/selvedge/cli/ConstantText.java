package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/** An input's value as the command line writes it: numbers, or true and false, in row-major order. */
final class ConstantText {
    private ConstantText() {}

    /** @throws SelvedgeException BAD_OPTION when a number is none, or their count does not fit the declared shape */
    static Tensor parse(String name, String text, TensorType declared) {
        List<BigDecimal> numbers = Arrays.stream(
                        text.replaceAll("[\\[\\]\\s]", "").split(",", -1))
                .map(number -> number(name, text, number))
                .toList();
        TensorType type = new TensorType(declared.dtype(), shape(name, declared.shape(), numbers.size()));
        return type.dtype().isFloat()
                ? Tensor.filled(type, i -> numbers.get(i).doubleValue())
                : Tensor.integers(type, i -> numbers.get(i).longValue());
    }

    private static BigDecimal number(String name, String text, String number) {
        if (number.equals("true") || number.equals("false")) {
            return number.equals("true") ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--constant " + name + "=" + text + ": '" + number + "' is neither a number nor true or false",
                    e);
        }
    }

    /** One open axis takes what the others leave. */
    private static Shape shape(String name, Shape declared, int count) {
        long known = declared.dims().stream()
                .mapToLong(dim -> dim instanceof Dim.Known(long extent) ? extent : 1)
                .reduce(1, (a, b) -> a * b);
        long open =
                declared.dims().stream().filter(Dim.Symbol.class::isInstance).count();
        long rest = known == 0 ? 0 : count / known;
        if (open > 1 || known * (open == 0 ? 1 : rest) != count) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--constant " + name + " has " + count + " values; the input's shape is " + declared
                            + (open > 1 ? ", which leaves more than one axis open" : ""));
        }
        return Shape.of(declared.dims().stream()
                .mapToLong(dim -> dim instanceof Dim.Known(long extent) ? extent : rest)
                .toArray());
    }
}
