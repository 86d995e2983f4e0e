package io.selvedge.train.fit;

import io.selvedge.compiler.ir.Tensor;
import io.selvedge.train.graph.NativeTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;

/** Means and variances of batch normalisation, estimated over some batches. */
record Statistics(Student student, Batches batches, int size) {
    private static final int BATCHES = 32;

    /** Sets running means and variances to what training mode sees with the parameters as they are. */
    void estimate() {
        int count = count();
        try (NoGradGuard _ = new NoGradGuard()) {
            for (int i = 0; i < count; i++) {
                try (PointerScope _ = new PointerScope()) {
                    student.run(batches.of(indices(i), 0), 1.0 / (i + 1));
                }
            }
        }
    }

    private int count() {
        return Math.clamp(batches.samples() / size, 1, BATCHES);
    }

    private int[] indices(int batch) {
        return IntStream.range(batch * size, Math.min(batches.samples(), (batch + 1) * size))
                .toArray();
    }

    /** Gives normalisations that were just put in the statistics of their inputs, with which they change nothing. */
    void neutralize(List<String> inputs) {
        int count = count();
        Map<String, double[]> means = new LinkedHashMap<>();
        Map<String, double[]> squares = new LinkedHashMap<>();
        try (NoGradGuard _ = new NoGradGuard()) {
            for (int i = 0; i < count; i++) {
                try (PointerScope _ = new PointerScope()) {
                    Map<String, org.bytedeco.pytorch.Tensor> values = student.run(batches.of(indices(i), 0), false);
                    for (String input : inputs) {
                        org.bytedeco.pytorch.Tensor rows = java.util.Objects.requireNonNull(values.get(input))
                                .transpose(0, 1)
                                .flatten(1, -1);
                        add(means, input, rows.mean(new long[] {1}, false, new ScalarTypeOptional()), count);
                        add(squares, input, rows.square().mean(new long[] {1}, false, new ScalarTypeOptional()), count);
                    }
                }
            }
        }
        Map<String, Tensor> state = new LinkedHashMap<>(student.state());
        means.forEach((input, mean) -> {
            double[] square = squares.getOrDefault(input, mean);
            state.put("s/" + input + "/mean", vector(mean.length, c -> mean[c]));
            state.put("s/" + input + "/variance", vector(mean.length, c -> Math.max(0, square[c] - mean[c] * mean[c])));
        });
        student.restore(BatchNormRestoration.neutral(state, inputs));
    }

    private static Tensor vector(int length, java.util.function.IntToDoubleFunction value) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        return Tensor.floats(values, length);
    }

    private static void add(Map<String, double[]> sums, String name, org.bytedeco.pytorch.Tensor part, int count) {
        float[] values = NativeTensor.toFloats(part);
        double[] sum = sums.computeIfAbsent(name, _ -> new double[values.length]);
        for (int i = 0; i < values.length; i++) {
            sum[i] += (double) values[i] / count;
        }
    }
}
