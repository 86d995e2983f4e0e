package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives layers behind a change the mean and the deviation of every output channel back that they had in the original:
 * {@code w' = w r}, {@code b' = m + (b - m') r} with {@code r = s / s'}, from the first layer to the last, so that each sees inputs that
 * are put right already. It takes the place of estimating batch normalisation anew, also where that is folded into the weights.
 *
 * @see <a href="https://arxiv.org/abs/2211.08403">Jordan et al., REPAIR: REnormalizing Permuted Activations for Interpolation Repair</a>
 */
final class MatchedStatistics {
    /** Fewer numbers say little about a channel. */
    private static final int LEAST_NUMBERS = 64;

    private static final double LARGEST_RATIO = 4;

    private final List<Map<String, Tensor>> samples;
    private final Map<String, Moments> wanted = new HashMap<>();

    /** Of one value, by channel. */
    private static final class Moments {
        private final double[] sums;
        private final double[] squares;
        private long numbers;

        Moments(int channels) {
            this.sums = new double[channels];
            this.squares = new double[channels];
        }

        void add(Tensor value) {
            float[] all = value.toFloats();
            int inner = inner(value);
            for (int i = 0; i < all.length; i++) {
                int channel = i / inner % sums.length;
                sums[channel] += all[i];
                squares[channel] += (double) all[i] * all[i];
            }
            numbers += all.length / sums.length;
        }

        double mean(int channel) {
            return sums[channel] / numbers;
        }

        double deviation(int channel) {
            return Math.sqrt(Math.max(0, squares[channel] / numbers - mean(channel) * mean(channel)));
        }

        private static int inner(Tensor value) {
            return Math.toIntExact(value.elements()
                    / ((long) value.shape().extent(0) * value.shape().extent(1)));
        }
    }

    MatchedStatistics(Graph original, List<Map<String, Tensor>> samples) {
        this.samples = List.copyOf(samples);
        Set<String> layers = Set.copyOf(original.nodes().stream()
                .filter(node -> isLayer(original, node))
                .map(Node::output)
                .toList());
        samples.forEach(sample -> ReferenceEvaluator.run(original, sample, (name, value) -> {
            if (layers.contains(name)) {
                wanted.computeIfAbsent(name, _ -> new Moments(value.shape().extent(1)))
                        .add(value);
            }
        }));
    }

    /** What ends in numbers by channel: a convolution, or the batch normalisation behind it; with constants of its own. */
    private static boolean isLayer(Graph graph, Node node) {
        String type = node.op().type();
        Map<String, List<Node>> consumers = graph.consumers();
        boolean own = List.of(1, 2).stream()
                .allMatch(i -> graph.constant(node.input(i))
                                .filter(c -> c.dtype() == DType.FLOAT32)
                                .isPresent()
                        && consumers.getOrDefault(node.input(i), List.of()).size() == 1);
        List<Node> readers = consumers.getOrDefault(node.output(), List.of());
        boolean normalised =
                readers.size() == 1 && readers.getFirst().op().type().equals("BatchNormalization");
        TensorType made = graph.type(node.output());
        return own
                && (type.equals("Conv") && !normalised || type.equals("BatchNormalization"))
                && made.shape().rank() > 2
                && node.outputs().size() == 1;
    }

    /** The graph with the weights, biases or scales of such layers changed; the same one where the statistics are as they were. */
    Graph of(Graph changed) {
        Map<String, Tensor> constants = new LinkedHashMap<>(changed.constants());
        List<Map<String, Tensor>> values = new ArrayList<>();
        samples.forEach(sample -> values.add(new HashMap<>(sample)));
        Map<String, Integer> readsLeft = new HashMap<>();
        changed.nodes().forEach(node -> node.inputs().forEach(input -> readsLeft.merge(input, 1, Integer::sum)));
        boolean same = true;
        for (Node node : changed.nodes()) {
            Optional<Moments> goal =
                    isLayer(changed, node) ? Optional.ofNullable(wanted.get(node.output())) : Optional.empty();
            Optional<Moments> found = goal.map(g -> new Moments(g.sums.length));
            run(node, constants, values, found);
            if (goal.isPresent() && adjusted(node, goal.get(), found.orElseThrow(), constants)) {
                same = false;
                run(node, constants, values, Optional.empty());
            }
            for (String input : node.inputs()) {
                if (readsLeft.merge(input, -1, Integer::sum) == 0) {
                    values.forEach(each -> each.remove(input));
                }
            }
        }
        return same ? changed : changed.with(changed.nodes(), constants, changed.types());
    }

    private static void run(
            Node node, Map<String, Tensor> constants, List<Map<String, Tensor>> values, Optional<Moments> found) {
        for (Map<String, Tensor> each : values) {
            List<Optional<Tensor>> arguments = node.inputs().stream()
                    .map(input ->
                            Optional.ofNullable(each.get(input)).or(() -> Optional.ofNullable(constants.get(input))))
                    .toList();
            List<Tensor> results = node.evaluate(arguments);
            for (int i = 0; i < results.size(); i++) {
                each.put(node.outputs().get(i), results.get(i));
            }
            found.ifPresent(moments -> moments.add(results.getFirst()));
        }
    }

    private static boolean adjusted(Node node, Moments goal, Moments found, Map<String, Tensor> constants) {
        int channels = goal.sums.length;
        boolean alike =
                java.util.Arrays.equals(goal.sums, found.sums) && java.util.Arrays.equals(goal.squares, found.squares);
        if (alike || goal.numbers < LEAST_NUMBERS) {
            return false;
        }
        double[] ratios = new double[channels];
        for (int c = 0; c < channels; c++) {
            double ratio = goal.deviation(c) / found.deviation(c);
            ratios[c] = Double.isFinite(ratio) ? Math.clamp(ratio, 1 / LARGEST_RATIO, LARGEST_RATIO) : 1;
        }
        Tensor weights = java.util.Objects.requireNonNull(constants.get(node.input(1)));
        Tensor bias = java.util.Objects.requireNonNull(constants.get(node.input(2)));
        int inner = Math.toIntExact(weights.elements() / channels);
        constants.put(node.input(1), Tensor.filled(weights.type(), i -> weights.getFloat(i) * ratios[i / inner]));
        constants.put(
                node.input(2),
                Tensor.filled(bias.type(), c -> goal.mean(c) + (bias.getFloat(c) - found.mean(c)) * ratios[c]));
        return true;
    }
}
