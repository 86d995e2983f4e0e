package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A float graph that computes the same, but whose inputs pass a product that gives all their channels one magnitude; the
 * weights behind it take the factors back. A tensor has one scale, and measurements in different units (metres, radians)
 * would leave the smallest of them a few of the 256 steps. The counterpart at a graph's input of the equalisation between layers
 * in Nagel et al., Data-Free Quantization, 2019.
 *
 * @param ranges those of the original and of the products
 * @param factors of the products' channels, by the product's name
 */
record EqualizedInputs(Graph graph, Ranges ranges, Map<String, float[]> factors) {
    /** Up to a factor of 2, which costs the smallest channel one of its 8 bits, the product is not worth its time. */
    private static final float MOST_RATIO = 2;
    /** A channel that is smaller yet carries no measurement; its factor would only make a large number of noise. */
    private static final float LEAST_SHARE = 1e-9f;

    /** @param keepFloat names of nodes that stay in float: what they alone read needs no product */
    static EqualizedInputs of(Graph graph, Ranges ranges, Set<String> keepFloat) {
        EqualizedInputs result = new EqualizedInputs(graph, ranges, Map.of());
        for (String input : graph.inputs()) {
            result = result.equalize(input, keepFloat);
        }
        return result;
    }

    private EqualizedInputs equalize(String input, Set<String> keepFloat) {
        List<Node> readers = graph.consumers().getOrDefault(input, List.of());
        boolean anchors = readers.stream()
                .allMatch(node -> !keepFloat.contains(node.name())
                        && Quantizer.isQuantizable(graph, node)
                        && node.input(0).equals(input));
        if (readers.isEmpty() || !anchors || graph.outputs().contains(input)) {
            return this;
        }
        Range range = ranges.of(input);
        float[] factors = factors(range.channels());
        if (factors.length == 0) {
            return this;
        }
        return scaled(input, range, factors, readers);
    }

    /** What makes every channel as large as the largest; empty where they are alike. Channels of nothing keep factor 1. */
    private static float[] factors(List<Range.Channel> channels) {
        float largest = 0;
        for (Range.Channel channel : channels) {
            largest = Math.max(largest, channel.magnitude());
        }
        float[] factors = new float[channels.size()];
        float most = 1;
        for (int c = 0; c < factors.length; c++) {
            float magnitude = channels.get(c).magnitude();
            factors[c] = magnitude > LEAST_SHARE * largest ? largest / magnitude : 1;
            most = Math.max(most, factors[c]);
        }
        return most > MOST_RATIO ? factors : new float[0];
    }

    private EqualizedInputs scaled(String input, Range range, float[] factors, List<Node> readers) {
        Set<String> taken = new HashSet<>(graph.types().keySet());
        String product = fresh(input + "_equalized", taken);
        String factor = fresh(input + "_factors", taken);
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        long[] extents = new long[graph.type(input).shape().rank()];
        Arrays.fill(extents, 1);
        extents[1] = factors.length;
        add(factor, Tensor.floats(factors, extents), constants, types);
        types.put(product, graph.type(input));
        List<Node> nodes = new ArrayList<>();
        nodes.add(new Node(product, new Binary(Binary.Kind.MUL), List.of(input, factor), List.of(product)));
        for (Node node : graph.nodes()) {
            if (!readers.contains(node)) {
                nodes.add(node);
                continue;
            }
            String weights = fresh(node.input(1) + "_equalized", taken);
            add(weights, divided(node, factors), constants, types);
            List<String> inputs = new ArrayList<>(node.inputs());
            inputs.set(0, product);
            inputs.set(1, weights);
            nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
        }
        Map<String, Range> all = new LinkedHashMap<>(ranges.byValue());
        all.put(product, range(range, factors));
        Map<String, float[]> scaled = new LinkedHashMap<>(this.factors);
        scaled.put(product, factors);
        return new EqualizedInputs(graph.with(nodes, constants, types), new Ranges(all), scaled);
    }

    private Tensor divided(Node node, float[] factors) {
        Tensor weights = graph.constant(node.input(1)).orElseThrow();
        InputChannels channels = InputChannels.of(node, weights.shape(), factors.length);
        return Tensor.filled(
                new TensorType(DType.FLOAT32, weights.shape()),
                i -> weights.getFloat(i) / factors[channels.ofWeight(i)]);
    }

    private static Range range(Range before, float[] factors) {
        List<Range.Channel> channels = new ArrayList<>();
        float lo = 0;
        float hi = 0;
        for (int c = 0; c < factors.length; c++) {
            Range.Channel channel = before.channels().get(c).times(factors[c]);
            lo = Math.min(lo, channel.min());
            hi = Math.max(hi, channel.max());
            channels.add(channel);
        }
        double step = (hi - (double) lo) / 255;
        return new Range(lo, hi, "minmax", step * step / 12, channels, List.of());
    }

    private static void add(String name, Tensor value, Map<String, Tensor> constants, Map<String, TensorType> types) {
        constants.put(name, value);
        types.put(name, value.type());
    }

    private static String fresh(String wanted, Set<String> taken) {
        String name = wanted;
        for (int i = 2; !taken.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }
}
