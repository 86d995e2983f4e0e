package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A float graph whose weights are levels of a coarser grid than int8 already, and their scales, by which 8-bit numbers are exactly
 * those levels. Unless scales are given, by training that saw the levels, biases are corrected for the mean error:
 * {@code b += sum (w - w') * E[x]}.
 *
 * @param scales per output channel, by the weight's name; int8 weights have none
 */
record SnappedWeights(Graph graph, Map<String, float[]> scales) {
    /**
     * @param ranges of {@code graph}, for the mean inputs
     * @param grids by node; a node without one, or whose weights others read too, stays as it is
     * @param known scales that are not to be searched, by the weight's name
     */
    static SnappedWeights of(
            Graph graph,
            Ranges ranges,
            Set<String> keepFloat,
            Map<String, WeightGrid> grids,
            Map<String, float[]> known) {
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        Map<String, float[]> scales = new HashMap<>();
        Map<String, List<Node>> consumers = graph.consumers();
        for (Node node : graph.nodes()) {
            WeightGrid grid = grids.getOrDefault(node.name(), WeightGrid.INT8);
            boolean anchor = !keepFloat.contains(node.name()) && Quantizer.isQuantizable(graph, node);
            if (!anchor || consumers.getOrDefault(node.input(1), List.of()).size() > 1) {
                continue;
            }
            Optional<float[]> given = Optional.ofNullable(known.get(node.input(1)));
            if (grid != WeightGrid.INT8 || given.isPresent()) {
                Channels channels =
                        Channels.of(node, graph.constant(node.input(1)).orElseThrow());
                float[] own = given.orElseGet(() -> channels.scales(grid));
                float[] snapped = channels.snapped(grid, own);
                scales.put(node.input(1), own);
                constants.put(node.input(1), Tensor.filled(graph.type(node.input(1)), i -> snapped[i]));
                if (given.isEmpty()) {
                    corrected(
                                    graph,
                                    node,
                                    channels,
                                    snapped,
                                    ranges.of(node.input(0)).channels())
                            .ifPresent(bias -> constants.put(node.input(2), bias));
                }
            }
        }
        return scales.isEmpty()
                ? new SnappedWeights(graph, Map.of())
                : new SnappedWeights(graph.with(graph.nodes(), constants, graph.types()), scales);
    }

    /** The bias that takes up the mean error; none where there is no bias of this node alone. */
    private static Optional<Tensor> corrected(
            Graph graph, Node node, Channels channels, float[] snapped, List<Range.Channel> seen) {
        boolean own = node.hasInput(2)
                && graph.consumers().getOrDefault(node.input(2), List.of()).size() == 1;
        if (!own || seen.isEmpty()) {
            return Optional.empty();
        }
        InputChannels inputs = InputChannels.of(node, channels.shape, seen.size());
        double[] errors = new double[channels.count];
        for (int i = 0; i < snapped.length; i++) {
            errors[channels.of(i)] += ((double) channels.values[i] - snapped[i])
                    * seen.get(inputs.ofWeight(i)).mean();
        }
        Tensor bias = graph.constant(node.input(2)).orElseThrow();
        return Optional.of(Tensor.filled(bias.type(), c -> bias.getFloat(c) + errors[c]));
    }

    /** Weights by output channel. */
    record Channels(Shape shape, float[] values, int axis, int count, int inner) {
        static Channels of(Node node, Tensor weights) {
            boolean conv = node.op().type().equals("Conv");
            int axis = conv || Long.valueOf(1).equals(node.op().attributes().get("transB")) ? 0 : 1;
            int count = weights.shape().extent(axis);
            int inner = axis == 0 ? Math.toIntExact(weights.elements()) / count : 1;
            return new Channels(weights.shape(), weights.toFloats(), axis, count, inner);
        }

        int of(int index) {
            return index / inner % count;
        }

        float[] scales(WeightGrid grid) {
            float[] scales = new float[count];
            float[] channel = new float[values.length / count];
            for (int c = 0; c < count; c++) {
                int at = 0;
                for (int i = 0; i < values.length; i++) {
                    if (of(i) == c) {
                        channel[at++] = values[i];
                    }
                }
                scales[c] = Math.max(grid.scale(channel), Float.MIN_NORMAL);
            }
            return scales;
        }

        float[] snapped(WeightGrid grid, float[] scales) {
            float[] snapped = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                float scale = scales[of(i)];
                snapped[i] = grid.nearest(values[i] / (double) scale) * scale;
            }
            return snapped;
        }
    }
}
