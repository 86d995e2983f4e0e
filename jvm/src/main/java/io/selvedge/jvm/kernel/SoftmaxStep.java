package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** Softmax, or its logarithm, over elements that lie {@code inner} apart. */
final class SoftmaxStep implements Step {
    private final Kernel.Softmax softmax;
    private final int xBase;
    private final int yBase;

    SoftmaxStep(Program program, Kernel.Softmax softmax) {
        this.softmax = softmax;
        xBase = program.buffer(softmax.x()).base();
        yBase = program.buffer(softmax.y()).base();
    }

    @Override
    public int run(Memory memory) {
        float[] x = memory.floats(softmax.x());
        float[] y = memory.floats(softmax.y());
        int length = softmax.length();
        int inner = softmax.inner();
        float[] row = memory.scratch().floats(0, length);
        for (int outer = 0; outer < softmax.outer(); outer++) {
            for (int i = 0; i < inner; i++) {
                int first = outer * length * inner + i;
                for (int k = 0; k < length; k++) {
                    row[k] = x[xBase + first + k * inner];
                }
                normalise(row, length, softmax.log());
                for (int k = 0; k < length; k++) {
                    y[yBase + first + k * inner] = row[k];
                }
            }
        }
        return 0;
    }

    private static void normalise(float[] row, int length, boolean log) {
        float top = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < length; k++) {
            top = Math.max(top, row[k]);
        }
        float sum = 0;
        for (int k = 0; k < length; k++) {
            float shifted = row[k] - top;
            float e = Functions.exp(shifted);
            sum += e;
            row[k] = log ? shifted : e;
        }
        if (log) {
            float logarithm = Functions.log(sum);
            for (int k = 0; k < length; k++) {
                row[k] -= logarithm;
            }
        } else {
            for (int k = 0; k < length; k++) {
                row[k] /= sum;
            }
        }
    }
}
