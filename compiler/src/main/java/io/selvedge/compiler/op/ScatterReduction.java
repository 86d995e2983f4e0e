package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.Locale;

/** How a scattered update joins the element that it meets. */
public enum ScatterReduction {
    NONE,
    ADD,
    MUL,
    MIN,
    MAX;

    static ScatterReduction read(OpCall call) {
        String name = call.attributes().text("reduction", "none");
        return Arrays.stream(values())
                .filter(each -> each.onnx().equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE,
                        "reduction '" + name + "' is not known; use none, add, mul, min or max"));
    }

    String onnx() {
        return name().toLowerCase(Locale.ROOT);
    }

    private double apply(double a, double b) {
        return switch (this) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    private long apply(DType dtype, long a, long b) {
        return switch (this) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MIN -> ElementOrder.compare(dtype, a, b) < 0 ? a : b;
            case MAX -> ElementOrder.compare(dtype, a, b) > 0 ? a : b;
        };
    }

    /** A copy of data with update i joined into element {@code positions[i]}. */
    Tensor scatter(Tensor data, Tensor updates, int... positions) {
        if (data.dtype().isFloat()) {
            double[] y = data.toDoubles();
            for (int i = 0; i < positions.length; i++) {
                y[positions[i]] = apply(y[positions[i]], updates.getDouble(i));
            }
            return Tensor.filled(data.type(), i -> y[i]);
        }
        long[] y = data.toLongs();
        for (int i = 0; i < positions.length; i++) {
            y[positions[i]] = apply(data.dtype(), y[positions[i]], updates.getLong(i));
        }
        return Tensor.integers(data.type(), i -> y[i]);
    }
}
