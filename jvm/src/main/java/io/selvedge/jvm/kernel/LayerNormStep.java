package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.Optional;

/** {@code (x - mean) / sqrt(variance + epsilon) * scale + bias} over rows. */
final class LayerNormStep implements Step {
    private static final int LANES = 8;

    private final Program program;
    private final Kernel.LayerNorm norm;
    private final Optional<float[]> scaleWeights;
    private final Optional<float[]> biasWeights;

    LayerNormStep(Program program, Weights weights, Kernel.LayerNorm norm) {
        this.program = program;
        this.norm = norm;
        scaleWeights = norm.scale().filter(Kernel.Strided::weight).map(s -> weights.floats(s.buffer()));
        biasWeights = norm.bias().filter(Kernel.Strided::weight).map(s -> weights.floats(s.buffer()));
    }

    private int base(Kernel.Strided operand) {
        return operand.offset()
                + (operand.weight() ? 0 : program.buffer(operand.buffer()).base());
    }

    @Override
    public int run(Memory memory) {
        float[] x = memory.floats(norm.x().buffer());
        float[] y = memory.floats(norm.y());
        Kernel.Strided none = new Kernel.Strided(0, true, 0, java.util.List.of());
        Kernel.Strided scale = norm.scale().orElse(none);
        Kernel.Strided bias = norm.bias().orElse(none);
        float[] factors = norm.scale().isEmpty() ? null : scaleWeights.orElseGet(() -> memory.floats(scale.buffer()));
        float[] terms = norm.bias().isEmpty() ? null : biasWeights.orElseGet(() -> memory.floats(bias.buffer()));
        for (int row = 0; row < norm.rows(); row++) {
            int from = base(norm.x()) + row * norm.x().strides().get(0);
            int to = base(norm.output()) + row * norm.output().strides().get(0);
            float mean = sum(x, from, 0, false) / norm.length();
            float variance = sum(x, from, mean, true) / norm.length();
            float deviation = (float) Math.sqrt(variance + norm.epsilon());
            for (int i = 0; i < norm.length(); i++) {
                y[to + i] = (x[from + i] - mean) / deviation;
            }
            for (int i = 0; factors != null && i < norm.length(); i++) {
                y[to + i] *= factors[base(scale) + i];
            }
            for (int i = 0; terms != null && i < norm.length(); i++) {
                y[to + i] += terms[base(bias) + i];
            }
        }
        return 0;
    }

    /** Sum of x, or of the squares of x - mean, in partial sums. */
    private float sum(float[] x, int at, float mean, boolean squares) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < norm.length(); i++) {
            float v = x[at + i] - mean;
            lanes[i % LANES] = squares ? Fused.multiplyAdd(v, v, lanes[i % LANES]) : lanes[i % LANES] + v;
        }
        float sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        return sum;
    }
}
