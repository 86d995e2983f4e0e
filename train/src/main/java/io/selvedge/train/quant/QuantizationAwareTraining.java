package io.selvedge.train.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.ActivationGrid;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.QuantizationPlan;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.compress.quant.WeightGrid;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import io.selvedge.train.Treatment.FakeQuantization;
import io.selvedge.train.Treatment.Scheme;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Training that sees what quantisation will do: the levels of the QDQ graph of the untrained model are put on its weights and
 * activations, gradients pass straight through (Bengio et al., 2013), scales of weights are learned (LSQ; Esser et al., 2020), and
 * the trained model is quantised by the same ranges and the learned scales to exactly what was trained.
 *
 * @param graph simplified, in float, with its batch normalisation folded
 */
public record QuantizationAwareTraining(Graph graph, Ranges ranges, Levels levels) {
    private static final String SCALE = "_scale";
    private static final int BIAS_BITS = 31;

    /** The quantised form of the model as it is. */
    public Graph quantized() {
        return Quantizer.quantize(graph, QuantizationPlan.plain(ranges), Set.of(), levels);
    }

    /** What training does to weights and activations, in the order of the graph. */
    public List<Treatment> treatments() {
        Graph quantized = quantized();
        List<Treatment> treatments = new ArrayList<>();
        for (Node node : quantized.nodes()) {
            String value = node.name().replaceFirst("_QuantizeLinear$", "");
            if (node.op().type().equals("QuantizeLinear") && graph.types().containsKey(value)) {
                Tensor scale = quantized.constant(node.input(1)).orElseThrow();
                int zero = (int) quantized.constant(node.input(2)).orElseThrow().getLong(0);
                boolean logs = quantized.nodes().stream().anyMatch(n -> n.name().equals(value + "_level_code"));
                Scheme scheme = logs ? octaves() : Scheme.LINEAR;
                treatments.add(new FakeQuantization(value, scheme, 8, false, -1, scale, zero, false));
            }
        }
        for (Node node : graph.nodes()) {
            if (Quantizer.quantizableNodes(graph).contains(node.name())) {
                weights(node, quantized).ifPresent(treatments::add);
                bias(node, quantized).ifPresent(treatments::add);
            }
        }
        return treatments;
    }

    private Scheme octaves() {
        return levels.activations() == ActivationGrid.LOG5 ? Scheme.QUARTER_OCTAVES : Scheme.HALF_OCTAVES;
    }

    private Optional<Treatment> weights(Node node, Graph quantized) {
        String name = node.input(1);
        return quantized.constant(name + SCALE).map(scale -> {
            WeightGrid grid = levels.weights().getOrDefault(node.name(), WeightGrid.INT8);
            boolean output = node.op().type().equals("Conv")
                    || Long.valueOf(1).equals(node.op().attributes().get("transB"));
            int axis = output ? 0 : 1;
            return switch (grid) {
                case INT8 -> new FakeQuantization(name, Scheme.LINEAR, 8, true, axis, scale, 0, true);
                case INT4 -> new FakeQuantization(name, Scheme.LINEAR, 4, true, axis, scale, 0, true);
                case LOG4 -> new FakeQuantization(name, Scheme.LOG2, 4, true, axis, times(scale, grid.top()), 0, true);
                case LOG5 ->
                    new FakeQuantization(name, Scheme.SHORT_SUMS, 5, true, axis, times(scale, grid.top()), 0, true);
            };
        });
    }

    /** Whole multiples of both scales' product, as learned scales leave it in the beginning. */
    private static Optional<Treatment> bias(Node node, Graph quantized) {
        return node.hasInput(2)
                ? quantized
                        .constant(node.name() + "_bias_scale")
                        .map(scale ->
                                new FakeQuantization(node.input(2), Scheme.LINEAR, BIAS_BITS, true, 0, scale, 0, false))
                : Optional.empty();
    }

    /** The trained model in the form that training saw. */
    public Graph quantized(TrainResult result) {
        return quantized(result.graph(), result.learned());
    }

    /** The same of a graph with the weights and scales that training left. */
    public Graph quantized(Graph trained, Map<String, Tensor> learned) {
        Map<String, float[]> scales = new HashMap<>();
        for (Treatment treatment : treatments()) {
            if (treatment instanceof FakeQuantization fake && fake.signed() && fake.bits() < BIAS_BITS) {
                Tensor scale = learned.getOrDefault(fake.value(), fake.scale());
                double unit = switch (fake.scheme()) {
                    case LOG2 -> WeightGrid.LOG4.top();
                    case SHORT_SUMS -> WeightGrid.LOG5.top();
                    case LINEAR, HALF_OCTAVES, QUARTER_OCTAVES -> 1;
                };
                float[] own = scale.toFloats();
                for (int i = 0; i < own.length; i++) {
                    own[i] = (float) (Math.abs(own[i]) / unit);
                }
                scales.put(fake.value(), own);
            }
        }
        return Quantizer.quantize(
                trained,
                QuantizationPlan.plain(ranges),
                Set.of(),
                new Levels(levels.weights(), scales, levels.activations()));
    }

    private static Tensor times(Tensor scale, double factor) {
        return Tensor.filled(scale.type(), i -> scale.getFloat(i) * factor);
    }
}
