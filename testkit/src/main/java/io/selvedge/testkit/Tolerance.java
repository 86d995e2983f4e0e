package io.selvedge.testkit;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import java.util.Locale;

/**
 * How far a tensor may lie from its reference: {@code |got - want| <= absolute + relative * scale}, where scale is the largest
 * magnitude in the reference. Infinities and NaN must stand at the same places, and strings be equal.
 */
public record Tolerance(double absolute, double relative) {
    /** What a model's fp32 outputs must keep against another runtime. */
    public static final Tolerance MODEL = new Tolerance(0, 1e-4);

    public static final Tolerance EXACT = new Tolerance(0, 0);

    /**
     * Compares element by element.
     *
     * @throws AssertionError that names the worst element
     */
    public void check(String what, Tensor want, Tensor got) {
        if (!want.type().equals(got.type())) {
            throw new AssertionError(what + ": wanted " + want.type() + ", got " + got.type());
        }
        if (want.dtype() == DType.STRING) {
            if (!want.toTexts().equals(got.toTexts())) {
                throw new AssertionError(what + ": wanted " + want.toTexts() + ", got " + got.toTexts());
            }
            return;
        }
        double limit = absolute + relative * magnitude(want);
        int worst = -1;
        double largest = limit;
        for (int i = 0; i < want.elements(); i++) {
            double difference = difference(want.getDouble(i), got.getDouble(i));
            if (difference > largest) {
                largest = difference;
                worst = i;
            }
        }
        if (worst >= 0) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "%s: element %d of %s is %s, wanted %s; differs by %.3g, allowed %.3g",
                    what,
                    worst,
                    want.type(),
                    got.getDouble(worst),
                    want.getDouble(worst),
                    largest,
                    limit));
        }
    }

    /** Largest finite magnitude. */
    public static double magnitude(Tensor tensor) {
        double magnitude = 0;
        for (int i = 0; i < tensor.elements(); i++) {
            double value = Math.abs(tensor.getDouble(i));
            if (Double.isFinite(value)) {
                magnitude = Math.max(magnitude, value);
            }
        }
        return magnitude;
    }

    private static double difference(double want, double got) {
        if (want == got || (Double.isNaN(want) && Double.isNaN(got))) {
            return 0;
        }
        double difference = Math.abs(want - got);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }
}
