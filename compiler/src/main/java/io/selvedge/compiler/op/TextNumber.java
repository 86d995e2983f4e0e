package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.math.BigDecimal;
import java.util.Locale;

/** Numbers as decimal text, the shortest that reads back as the same number, and text as numbers. */
final class TextNumber {
    private TextNumber() {}

    /** Casts from or to strings, or both. */
    static Tensor cast(Tensor x, TensorType type) {
        if (x.dtype() == type.dtype()) {
            return x;
        }
        if (type.dtype() == DType.STRING) {
            return Tensor.texts(type.shape(), i -> text(x, i));
        }
        return type.dtype().isFloat()
                ? Tensor.filled(type, i -> real(x.getText(i)))
                : Tensor.integers(type, i -> integer(x.getText(i)));
    }

    private static String text(Tensor x, int i) {
        double value = x.dtype().isFloat() ? x.getDouble(i) : 0;
        if (Double.isInfinite(value)) {
            return value > 0 ? "INF" : "-INF";
        }
        return switch (x.dtype()) {
            case FLOAT64 -> Double.toString(value);
            case UINT64 -> Long.toUnsignedString(x.getLong(i));
            default -> x.dtype().isFloat() ? Float.toString((float) value) : Long.toString(x.getLong(i));
        };
    }

    /** Plain or scientific notation, INF or NaN in any case.
     *  @throws SelvedgeException BAD_DATA when the text is none of them */
    private static double real(String text) {
        return switch (text.trim().toUpperCase(Locale.ROOT)) {
            case "INF", "+INF", "INFINITY", "+INFINITY" -> Double.POSITIVE_INFINITY;
            case "-INF", "-INFINITY" -> Double.NEGATIVE_INFINITY;
            case "NAN", "+NAN", "-NAN" -> Double.NaN;
            default -> {
                decimal(text);
                yield Double.parseDouble(text);
            }
        };
    }

    private static long integer(String text) {
        BigDecimal value = decimal(text);
        // 1e999999999 is a short text; its digits would fill the memory.
        if (value.precision() - value.scale() > 20 || value.toBigInteger().bitLength() > Long.SIZE) {
            throw new SelvedgeException(ErrorCode.BAD_DATA, "'" + text + "' does not fit into 64 bits");
        }
        return value.toBigInteger().longValue();
    }

    private static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text.trim());
        } catch (NumberFormatException e) {
            throw new SelvedgeException(ErrorCode.BAD_DATA, "'" + text + "' is no number", e);
        }
    }
}
