package io.selvedge.compress.deploy;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Signal-to-noise of a quantised graph against the original: {@code 10 log10(sum ref^2 / sum (ref - y)^2)} in dB. */
final class Noise {
    private final Graph original;
    private final List<Map<String, Tensor>> samples;
    private final List<Map<String, Tensor>> references = new ArrayList<>();

    Noise(Graph original, List<Map<String, Tensor>> samples) {
        this.original = original;
        this.samples = samples;
        for (Map<String, Tensor> sample : samples) {
            Map<String, Tensor> values = new HashMap<>();
            ReferenceEvaluator.run(original, sample, values::put);
            references.add(values);
        }
    }

    /** SNR by value name of the original: what readers of that value see in the quantised graph. */
    Map<String, Double> byValue(Graph quantized) {
        Map<String, double[]> sums = new HashMap<>();
        for (int i = 0; i < samples.size(); i++) {
            Map<String, Tensor> reference = references.get(i);
            ReferenceEvaluator.run(quantized, samples.get(i), (name, value) -> {
                String known = name.endsWith("_dequantized")
                        ? name.substring(0, name.length() - "_dequantized".length())
                        : name;
                Tensor expected = reference.get(known);
                if (expected != null
                        && expected.dtype().isFloat()
                        && expected.type().equals(value.type())) {
                    double[] sum = sums.computeIfAbsent(known, _ -> new double[2]);
                    if (!known.equals(name)) {
                        sum[0] = 0;
                        sum[1] = 0;
                    }
                    float[] r = expected.toFloats();
                    float[] y = value.toFloats();
                    for (int k = 0; k < r.length; k++) {
                        sum[0] += (double) r[k] * r[k];
                        sum[1] += ((double) r[k] - y[k]) * ((double) r[k] - y[k]);
                    }
                }
            });
        }
        Map<String, Double> snr = new HashMap<>();
        sums.forEach((name, sum) -> {
            if (sum[1] > 0 && sum[0] > 0) {
                snr.put(name, 10 * Math.log10(sum[0] / sum[1]));
            }
        });
        return snr;
    }

    /** SNR of the value that a step makes; a Relu or Clip that the step absorbed stands behind its convolution. */
    OptionalDouble ofStep(Program.Step step, Map<String, Double> byValue) {
        String last = Build.nodes(step).getLast();
        for (Node node : original.nodes()) {
            if (node.name().equals(last)) {
                List<Node> readers = original.consumers().getOrDefault(node.output(), List.of());
                String value = readers.size() == 1
                                && List.of("Relu", "Clip")
                                        .contains(readers.getFirst().op().type())
                        ? readers.getFirst().output()
                        : node.output();
                Double snr = byValue.get(value);
                return snr == null ? OptionalDouble.empty() : OptionalDouble.of(snr);
            }
        }
        return OptionalDouble.empty();
    }
}
