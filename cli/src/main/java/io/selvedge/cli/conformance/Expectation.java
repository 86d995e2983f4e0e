package io.selvedge.cli.conformance;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares as the ONNX project's runner does, {@code |got - want| <= atol + rtol * |want|} for every element, with the rounding
 * noise of a sum in float32 allowed on top: zeros of a transform are expected as 1.9e-7 where we have 3e-15.
 */
record Expectation(double rtol, double atol) {
    /** Of the largest element: four units in the last place of float32. */
    private static final double NOISE = 4 * Math.ulp(1f);

    /** The first difference in words; empty when all outputs are as wanted. */
    Optional<String> difference(List<Tensor> want, List<Tensor> got) {
        if (want.size() != got.size()) {
            return Optional.of("wanted " + want.size() + " outputs, got " + got.size());
        }
        for (int i = 0; i < want.size(); i++) {
            Optional<String> difference = difference(want.get(i), got.get(i));
            if (difference.isPresent()) {
                return Optional.of("output " + i + ": " + difference.get());
            }
        }
        return Optional.empty();
    }

    private Optional<String> difference(Tensor want, Tensor got) {
        if (!want.type().equals(got.type())) {
            return Optional.of("wanted " + want.type() + ", got " + got.type());
        }
        if (want.dtype() == DType.STRING) {
            return want.equals(got)
                    ? Optional.empty()
                    : Optional.of("wanted " + want.toTexts() + ", got " + got.toTexts());
        }
        double noise = want.dtype().isFloat() ? NOISE * magnitude(want) : 0;
        // The suite cuts off to bfloat16 what everybody else rounds.
        double slope = want.dtype() == DType.BFLOAT16 ? Math.max(rtol, 0x1p-7) : rtol;
        for (int i = 0; i < want.elements(); i++) {
            double w = want.getDouble(i);
            double g = got.getDouble(i);
            boolean same = w == g || (Double.isNaN(w) && Double.isNaN(g));
            if (!same && !(Math.abs(w - g) <= atol + noise + slope * Math.abs(w))) {
                return Optional.of(
                        String.format(Locale.ROOT, "element %d of %s is %s, wanted %s", i, want.type(), g, w));
            }
        }
        return Optional.empty();
    }

    private static double magnitude(Tensor tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.elements(); i++) {
            double value = Math.abs(tensor.getDouble(i));
            if (Double.isFinite(value)) {
                largest = Math.max(largest, value);
            }
        }
        return largest;
    }
}
