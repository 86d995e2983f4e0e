package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Kernel.Requantize;

/** Sums of products become bytes: the same integers as native code's, since every rounding is the same. */
final class Requantizer {
    private final Requantize q;
    private final int[] bias;
    private final float[] scales;

    Requantizer(Requantize q, int[] bias, float[] scales) {
        this.q = q;
        this.bias = bias;
        this.scales = scales;
    }

    /** Channels {@code first} to {@code end} of one pixel, whose sums without bias are whole numbers as floats. */
    void store(float[] sums, int at, byte[] residual, int from, byte[] y, int to, int first, int end) {
        float low = q.low() - q.zero();
        float high = q.high() - q.zero();
        for (int c = first; c < end; c++) {
            int sum = (int) sums[at + c - first] + bias[c];
            float steps = FormulaLoops.rounded(sum * scales[c], low, high);
            y[to + c] = residual == null ? (byte) ((int) steps + q.zero()) : added(steps, residual[from + c]);
        }
    }

    /** The same of sums in whole numbers. */
    void store(int[] sums, int at, byte[] residual, int from, byte[] y, int to, int first, int end) {
        float low = q.low() - q.zero();
        float high = q.high() - q.zero();
        for (int c = first; c < end; c++) {
            float steps = FormulaLoops.rounded((sums[at + c - first] + bias[c]) * scales[c], low, high);
            y[to + c] = residual == null ? (byte) ((int) steps + q.zero()) : added(steps, residual[from + c]);
        }
    }

    private byte added(float steps, byte residual) {
        float ours = steps * q.addScale();
        float sum = ours + ((residual & 0xff) - q.residualZero()) * q.residualScale();
        return (byte)
                ((int) FormulaLoops.rounded(sum, q.addLow() - q.addZero(), q.addHigh() - q.addZero()) + q.addZero());
    }
}
