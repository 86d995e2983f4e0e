package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * A float graph that computes the same bits, but whose channels between layers have magnitudes that fit one scale: the
 * layers that make channel i multiply it by {@code s_i}, those that read it divide their weights by that. With a the largest
 * activation and w the largest weight that reads it, {@code s = sqrt(w / a)}, so that activation and weights share what is
 * difficult (Nagel et al., Data-Free Quantization, 2019, with the seen activations in place of the weights that make
 * them, since those have a scale per channel; the same rule is SmoothQuant's, Xiao et al., 2022, at half strength). A channel
 * that only depthwise layers read has a scale of its own in their weights, so it takes the whole, {@code s = 1 / a}. Factors
 * are powers of two: no float rounds differently.
 *
 * @param factors by value and channel, of the values that changed
 */
record EqualizedLayers(Graph graph, Map<String, float[]> factors) {
    /** Farther apart than this, a channel carries nothing, and its factor would only be a large number. */
    private static final double LEAST_SHARE = 1e-4;

    /** @param ranges of the activations of {@code graph}, for their channels' extremes */
    static EqualizedLayers of(Graph graph, Ranges ranges) {
        return new Solution(graph, ranges).apply();
    }

    private static final class Solution {
        private final Graph graph;
        private final ChannelClasses classes;
        private final Map<Integer, Double> activation = new HashMap<>();
        private final Map<Integer, Double> weight = new HashMap<>();
        private final Set<Integer> made = new HashSet<>();
        private final Set<Integer> dense = new HashSet<>();
        private final Map<Integer, Float> factors = new HashMap<>();

        Solution(Graph graph, Ranges ranges) {
            this.graph = graph;
            this.classes = new ChannelClasses(graph);
            for (Node node : graph.nodes()) {
                if (Quantizer.isQuantizable(graph, node)) {
                    weigh(node);
                }
            }
            for (String value : classes.values()) {
                List<Range.Channel> seen =
                        ranges.byValue().containsKey(value) ? ranges.of(value).channels() : List.of();
                for (int c = 0; c < seen.size(); c++) {
                    double magnitude = seen.get(c).magnitude();
                    activation.merge(classes.of(value, c), magnitude, Math::max);
                }
            }
            solve();
        }

        private void weigh(Node node) {
            for (int c = 0; c < classes.channels(node.output()); c++) {
                made.add(classes.of(node.output(), c));
            }
            Tensor w = graph.constant(node.input(1)).orElseThrow();
            int channels = classes.channels(node.input(0));
            InputChannels inputs = InputChannels.of(node, w.shape(), channels);
            boolean depthwise = inputs.count() == 1;
            float[] values = w.toFloats();
            for (int i = 0; i < values.length; i++) {
                int label = classes.of(node.input(0), inputs.ofWeight(i));
                weight.merge(label, (double) Math.abs(values[i]), Math::max);
                if (!depthwise) {
                    dense.add(label);
                }
            }
        }

        /** Values that share a class are of one unit: there the strongest channel keeps its magnitude. */
        private void solve() {
            double mostWeight = most(weight);
            for (Set<Integer> unit : units()) {
                double most = most(unit, label -> 1.0);
                Map<Integer, Double> wanted = new HashMap<>();
                for (int label : unit) {
                    double a = activation.getOrDefault(label, 0.0);
                    double w = weight.getOrDefault(label, 0.0);
                    if (made.contains(label) && classes.isFree(label) && a > LEAST_SHARE * most && w > 0) {
                        wanted.put(
                                label,
                                dense.contains(label) ? Math.sqrt(Math.max(w, LEAST_SHARE * mostWeight) / a) : 1 / a);
                    }
                }
                double scaled = most(wanted.keySet(), label -> Objects.requireNonNull(wanted.get(label)));
                wanted.forEach((label, factor) -> factors.put(label, Math.scalb(1f, (int)
                        Math.rint(Math.log(factor * most / scaled) / Math.log(2)))));
            }
        }

        private double most(Set<Integer> labels, ToDoubleFunction<Integer> factor) {
            return labels.stream()
                    .mapToDouble(label -> activation.getOrDefault(label, 0.0) * factor.applyAsDouble(label))
                    .max()
                    .orElse(0);
        }

        private List<Set<Integer>> units() {
            Map<Integer, Set<Integer>> byLabel = new HashMap<>();
            List<Set<Integer>> units = new ArrayList<>();
            for (String value : classes.values()) {
                Set<Integer> unit = new LinkedHashSet<>();
                for (int c = 0; c < classes.channels(value); c++) {
                    Set<Integer> other = byLabel.get(classes.of(value, c));
                    unit.add(classes.of(value, c));
                    if (other != null && other != unit) {
                        unit.addAll(other);
                        units.remove(other);
                        other.forEach(label -> byLabel.put(label, unit));
                    }
                }
                unit.forEach(label -> byLabel.put(label, unit));
                units.add(unit);
            }
            return units;
        }

        private static double most(Map<Integer, Double> values) {
            return values.values().stream().mapToDouble(v -> v).max().orElse(0);
        }

        private float[] factors(String value) {
            float[] result = new float[classes.channels(value)];
            for (int c = 0; c < result.length; c++) {
                result[c] = factors.getOrDefault(classes.of(value, c), 1f);
            }
            return result;
        }

        EqualizedLayers apply() {
            if (factors.values().stream().allMatch(f -> f == 1)) {
                return new EqualizedLayers(graph, Map.of());
            }
            Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
            Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
            Set<String> taken = new HashSet<>(types.keySet());
            List<Node> nodes = new ArrayList<>();
            for (Node node : graph.nodes()) {
                if (!Quantizer.isQuantizable(graph, node)) {
                    nodes.add(node);
                    continue;
                }
                float[] in = factors(node.input(0));
                float[] out = factors(node.output());
                if (allOne(in) && allOne(out)) {
                    nodes.add(node);
                    continue;
                }
                List<String> inputs = new ArrayList<>(node.inputs());
                Tensor w = graph.constant(node.input(1)).orElseThrow();
                GroupedWeights rows = GroupedWeights.of(node, w.shape());
                InputChannels channels = InputChannels.of(node, w.shape(), in.length);
                put(
                        inputs,
                        1,
                        Tensor.filled(w.type(), i -> w.getFloat(i) * out[rows.rowOf(i)] / in[channels.ofWeight(i)]),
                        constants,
                        types,
                        taken);
                if (node.hasInput(2)) {
                    Tensor b = graph.constant(node.input(2)).orElseThrow();
                    put(inputs, 2, Tensor.filled(b.type(), i -> b.getFloat(i) * out[i]), constants, types, taken);
                }
                nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
            }
            Map<String, float[]> changed = new LinkedHashMap<>();
            for (String value : classes.values()) {
                float[] own = factors(value);
                if (!allOne(own)) {
                    changed.put(value, own);
                }
            }
            return new EqualizedLayers(graph.with(nodes, constants, types), changed);
        }

        private static void put(
                List<String> inputs,
                int index,
                Tensor value,
                Map<String, Tensor> constants,
                Map<String, TensorType> types,
                Set<String> taken) {
            String name = inputs.get(index) + "_equal";
            for (int i = 2; !taken.add(name); i++) {
                name = inputs.get(index) + "_equal_" + i;
            }
            constants.put(name, value);
            types.put(name, value.type());
            inputs.set(index, name);
        }

        private static boolean allOne(float[] factors) {
            for (float factor : factors) {
                if (factor != 1) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The source's activations as this graph's: channels times their factors. */
    ActivationSource source(ActivationSource original) {
        return (inputs, visitor) -> original.run(inputs, (name, value) -> {
            float[] own = factors.get(name);
            visitor.accept(name, own == null ? value : scaled(value, own));
        });
    }

    private static Tensor scaled(Tensor value, float[] factors) {
        int[] extents = value.shape().extents();
        int plane = Math.max(1, value.elements() / (extents[0] * extents[1]));
        float[] values = value.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factors[i / plane % factors.length];
        }
        return Tensor.floats(values, Arrays.stream(extents).asLongStream().toArray());
    }
}
