package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.Arrays;

/**
 * What ai.onnx.ml's models do with a row of scores at last, in the order of the standard's numbers; PROBIT is left out, which
 * no exporter writes.
 */
enum PostTransform {
    NONE,
    SOFTMAX,
    LOGISTIC,
    /** Softmax of the scores that are not zero; zeros stay. */
    SOFTMAX_ZERO;

    /** @throws SelvedgeException UNSUPPORTED_OP for any other name */
    static PostTransform read(Attributes attributes) {
        String name = attributes.text("post_transform", "NONE");
        return Arrays.stream(values())
                .filter(transform -> transform.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "post_transform '" + name + "' is not supported; it knows " + Arrays.toString(values())));
    }

    double[] apply(double[] scores) {
        return switch (this) {
            case NONE -> scores;
            case LOGISTIC -> Arrays.stream(scores).map(PostTransform::logistic).toArray();
            case SOFTMAX -> softmax(scores, false);
            case SOFTMAX_ZERO -> softmax(scores, true);
        };
    }

    static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double[] softmax(double[] scores, boolean zerosStay) {
        double largest = Arrays.stream(scores).max().orElse(0);
        double[] result = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            result[i] = zerosStay && scores[i] == 0 ? 0 : Math.exp(scores[i] - largest);
            sum += result[i];
        }
        for (int i = 0; i < scores.length; i++) {
            result[i] = sum == 0 ? 0 : result[i] / sum;
        }
        return result;
    }
}
