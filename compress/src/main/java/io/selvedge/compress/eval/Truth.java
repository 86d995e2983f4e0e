package io.selvedge.compress.eval;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.Sample;
import java.util.Optional;

/**
 * What a sample's outputs are compared with: its label or target, or what the original answered.
 *
 * @param original the original model's outputs; empty while the original itself is evaluated
 */
public record Truth(Sample sample, Optional<float[][]> original) {
    /** The sample's label, checked against the number of classes.
     *  @throws SelvedgeException BAD_DATA without a label, LABEL_OUT_OF_RANGE */
    public int label(int classCount, String metric) {
        int label = sample.label()
                .orElseThrow(
                        () -> new SelvedgeException(
                                ErrorCode.BAD_DATA,
                                "Metric " + metric + " needs a label for '" + sample.name()
                                        + "'; describe 'classes' or 'labels' (in an .npz: the array 'y'), or use 'metric: agreement'."));
        if (label < 0 || label >= classCount) {
            throw new SelvedgeException(
                    ErrorCode.LABEL_OUT_OF_RANGE,
                    "'" + sample.name() + "' has label " + label + "; the model's first output tells " + classCount
                            + " classes apart (0.." + (classCount - 1) + ").");
        }
        return label;
    }

    /** The sample's target values.
     *  @throws SelvedgeException BAD_DATA without a target, SHAPE_MISMATCH for another count of values */
    public float[] target(int count, String metric) {
        float[] target = sample.target()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "Metric " + metric + " needs target values for '" + sample.name()
                                + "'; give them as array 'y' of an .npz file."));
        if (target.length != count) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "'" + sample.name() + "' has " + target.length + " target values; the model's first output has "
                            + count + ".");
        }
        return target;
    }
}
