package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights held at zero. */
public final class Masking {
    private Masking() {}

    /**
     * Masks that stand for slices that are not cut yet: zero where a weight writes or reads one of their channels, one elsewhere.
     * A channel that nothing reads changes nothing, whatever becomes of it on the way.
     *
     * @return by the constant's name; weights that two layers share are zero where either is cut
     */
    public static Map<String, float[]> of(Graph graph, Map<Group, List<Slice>> slices) {
        Map<String, float[]> masks = new LinkedHashMap<>();
        slices.forEach((group, cut) -> {
            for (Slice slice : cut) {
                for (Cell cell : slice.cells()) {
                    if (group.roles().containsKey(cell.axis())) {
                        String name = cell.axis().place().value();
                        Tensor weight = graph.constant(name).orElseThrow();
                        clear(masks.computeIfAbsent(name, _ -> ones(weight)), weight, cell);
                    }
                }
            }
        });
        return masks;
    }

    private static float[] ones(Tensor tensor) {
        float[] mask = new float[tensor.elements()];
        Arrays.fill(mask, 1);
        return mask;
    }

    private static void clear(float[] mask, Tensor weight, Cell cell) {
        for (int i : new Lane(weight.shape(), cell.axis().index()).elements(cell.position())) {
            mask[i] = 0;
        }
    }

    /**
     * The graph with its constants multiplied by masks of zeros and ones.
     *
     * @throws IllegalArgumentException when a mask has another length than its constant
     */
    public static Graph apply(Graph graph, Map<String, float[]> masks) {
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        masks.forEach((name, mask) -> {
            Tensor tensor = graph.constant(name).orElseThrow();
            if (mask.length != tensor.elements()) {
                throw new IllegalArgumentException(
                        name + " has " + tensor.elements() + " elements, its mask " + mask.length);
            }
            int[] sources = new int[mask.length];
            for (int i = 0; i < mask.length; i++) {
                sources[i] = mask[i] == 0 ? -1 : i;
            }
            constants.put(name, tensor.select(tensor.shape(), sources));
        });
        return graph.with(new ArrayList<>(graph.nodes()), constants, graph.types());
    }
}
