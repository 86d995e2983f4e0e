package io.selvedge.compress.quant;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What weights and activations of a quantised graph may be.
 *
 * @param weights by node; a node without one has {@link WeightGrid#INT8}
 * @param weightScales per output channel by the weight's name, where training found them already
 * @param activations of all values
 */
public record Levels(Map<String, WeightGrid> weights, Map<String, float[]> weightScales, ActivationGrid activations) {
    /** 8 bits everywhere. */
    public static final Levels INT8 = new Levels(Map.of(), Map.of(), ActivationGrid.UINT8);

    public Levels {
        weights = Map.copyOf(weights);
        weightScales = Map.copyOf(weightScales);
    }

    /** One grid for all nodes that can be quantised. */
    public static Levels of(Iterable<String> nodes, WeightGrid weights, ActivationGrid activations) {
        return new Levels(
                java.util.stream.StreamSupport.stream(nodes.spliterator(), false)
                        .collect(Collectors.toMap(Function.identity(), _ -> weights)),
                Map.of(),
                activations);
    }
}
