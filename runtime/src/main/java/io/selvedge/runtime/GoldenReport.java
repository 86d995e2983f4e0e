package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Golden vectors that were run and agreed.
 *
 * @param vectors how many; 0 when the bundle has none
 * @param maxError the largest {@code max |a - b| / max |b|} of a float output
 */
public record GoldenReport(int vectors, double maxError) {
    static final double TOLERANCE = 1e-4;

    static GoldenReport check(Session session, List<GoldenVector> vectors) {
        return check(
                session.inputs(),
                session.outputs(),
                () -> {
                    session.resetStates();
                    session.run();
                },
                vectors);
    }

    /**
     * Runs vectors on anything that has inputs and outputs.
     *
     * @param run computes the outputs from the inputs, from the same state each time
     * @throws ModelException GOLDEN_MISMATCH when an output differs by more than allowed
     */
    public static GoldenReport check(
            List<TensorBuffer> inputs, List<TensorBuffer> outputs, Runnable run, List<GoldenVector> vectors) {
        double maxError = 0;
        for (int v = 0; v < vectors.size(); v++) {
            GoldenVector vector = vectors.get(v);
            for (int i = 0; i < vector.inputs().size(); i++) {
                inputs.get(i).bytes().put(vector.inputs().get(i).duplicate());
            }
            run.run();
            for (int o = 0; o < vector.outputs().size(); o++) {
                TensorBuffer output = outputs.get(o);
                double error = error(output, vector.outputs().get(o));
                if (!(error <= TOLERANCE)) {
                    throw new ModelException(
                            Code.GOLDEN_MISMATCH,
                            "output '" + output.name() + "' of golden vector " + v + " differs by " + error
                                    + " of its largest value, allowed is "
                                    + (output.dtype().isFloat() ? TOLERANCE : 0)
                                    + "; do not trust this model here, report the bundle and the CPU");
                }
                maxError = Math.max(maxError, error);
            }
        }
        return new GoldenReport(vectors.size(), maxError);
    }

    GoldenReport and(GoldenReport that) {
        return new GoldenReport(vectors + that.vectors, Math.max(maxError, that.maxError));
    }

    /** {@code max |a - b| / max |b|}; 0 for equal bits, infinite for integers that differ and for unequal non-numbers. */
    private static double error(TensorBuffer actual, ByteBuffer golden) {
        if (actual.bytes().equals(golden)) {
            return 0;
        }
        if (!actual.dtype().isFloat()) {
            return Double.POSITIVE_INFINITY;
        }
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < actual.elementCount(); i++) {
            double a = Elements.get(actual.dtype(), actual.bytes(), i);
            double b = Elements.get(actual.dtype(), golden, i);
            if (Double.compare(a, b) != 0 && !(Double.isFinite(a) && Double.isFinite(b))) {
                return Double.POSITIVE_INFINITY;
            }
            if (Double.isFinite(b)) {
                difference = Math.max(difference, Math.abs(a - b));
                largest = Math.max(largest, Math.abs(b));
            }
        }
        return difference == 0 ? 0 : difference / largest;
    }
}
