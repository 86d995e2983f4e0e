package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.Arrays;

/** Layer normalisation of rows; sums run in double, so that they are those of any order. */
final class LayerNormStep implements Step {
    private final Kernel.LayerNorm norm;
    private final int xBase;
    private final int yBase;
    private final float[] scale;
    private final float[] bias;
    private final int scaleBase;
    private final int biasBase;

    LayerNormStep(Program program, Weights weights, Kernel.LayerNorm norm) {
        this.norm = norm;
        xBase = base(program, norm.x());
        yBase = base(program, norm.result());
        float[] ones = new float[norm.length()];
        Arrays.fill(ones, 1);
        scale = norm.scale() == null ? ones : constants(weights, norm.scale());
        bias = norm.bias() == null ? new float[norm.length()] : constants(weights, norm.bias());
        scaleBase = norm.scale() == null ? 0 : base(program, norm.scale());
        biasBase = norm.bias() == null ? 0 : base(program, norm.bias());
    }

    private static float[] constants(Weights weights, Kernel.Strided operand) {
        return operand.weight() ? weights.floats(operand.buffer()) : null;
    }

    private static int base(Program program, Kernel.Strided operand) {
        return operand.offset()
                + (operand.weight() ? 0 : program.buffer(operand.buffer()).base());
    }

    @Override
    public int run(Memory memory) {
        float[] x = memory.floats(norm.x().buffer());
        float[] y = memory.floats(norm.y());
        float[] factors = scale != null ? scale : memory.floats(norm.scale().buffer());
        float[] shifts = bias != null ? bias : memory.floats(norm.bias().buffer());
        int length = norm.length();
        for (int row = 0; row < norm.rows(); row++) {
            int from = xBase + row * norm.x().strides().get(0);
            int to = yBase + row * norm.result().strides().get(0);
            double sum = 0;
            for (int i = 0; i < length; i++) {
                sum += x[from + i];
            }
            float mean = (float) (sum / length);
            double squares = 0;
            for (int i = 0; i < length; i++) {
                float centred = x[from + i] - mean;
                squares += (double) centred * centred;
            }
            float deviation = (float) Math.sqrt((float) (squares / length) + norm.epsilon());
            for (int i = 0; i < length; i++) {
                y[to + i] = (x[from + i] - mean) / deviation * factors[scaleBase + i] + shifts[biasBase + i];
            }
        }
        return 0;
    }
}
