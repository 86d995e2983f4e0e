package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How far a quantised graph's outputs are from the float graph's, sample by sample: {@code 10 log10(sum (r-y)^2 / sum r^2)}
 * in dB, lower is better. A Softmax at the end is looked through, because it hides all errors of a sample that is clear and
 * shows all of one that is not.
 */
final class OutputNoise {
    /** Where both are equal. */
    private static final double LEAST_DB = -150;

    private final List<Map<String, Tensor>> samples;
    private final Set<String> watched = new LinkedHashSet<>();
    private final List<Map<String, float[]>> wanted;

    OutputNoise(Graph graph, List<Map<String, Tensor>> samples) {
        this.samples = samples;
        Map<String, Node> producers = graph.producers();
        for (String output : graph.outputs()) {
            watched.add(Optional.ofNullable(producers.get(output))
                    .filter(last ->
                            Set.of("Softmax", "LogSoftmax").contains(last.op().type()))
                    .map(last -> last.input(0))
                    .orElse(output));
        }
        this.wanted = values(graph);
    }

    double[] of(Graph quantized) {
        List<Map<String, float[]>> found = values(quantized);
        double[] noise = new double[samples.size()];
        for (int i = 0; i < noise.length; i++) {
            double signal = 0;
            double error = 0;
            for (String value : watched) {
                float[] r = Objects.requireNonNull(wanted.get(i).get(value));
                float[] y = Objects.requireNonNull(found.get(i).get(value), value);
                for (int k = 0; k < r.length; k++) {
                    signal += (double) r[k] * r[k];
                    error += ((double) r[k] - y[k]) * ((double) r[k] - y[k]);
                }
            }
            noise[i] = error > 0 && signal > 0 ? Math.max(LEAST_DB, 10 * Math.log10(error / signal)) : LEAST_DB;
        }
        return noise;
    }

    /** What readers of the watched values see, by their name in the float graph. */
    private List<Map<String, float[]>> values(Graph graph) {
        return IntStream.range(0, samples.size())
                .parallel()
                .mapToObj(i -> {
                    Map<String, float[]> values = new HashMap<>();
                    ReferenceEvaluator.run(graph, samples.get(i), (name, value) -> {
                        String known = name.endsWith("_dequantized")
                                ? name.substring(0, name.length() - "_dequantized".length())
                                : name;
                        if (watched.contains(known)) {
                            values.put(known, value.toFloats());
                        }
                    });
                    return values;
                })
                .toList();
    }
}
