package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Masks that set weights to zero: the smallest by magnitude {@code |w|} or by first-order Taylor {@code |g*w|}, one by one, of
 * neighbours (N:M) or in blocks. Over all layers together a weight counts as its share of what is left of its layer,
 * {@code w^2 / sum of the larger or equal w'^2}, so that no layer is emptied because its weights are small.
 *
 * @see <a href="https://arxiv.org/abs/2010.07611">Lee et al., Layer-adaptive Sparsity for the Magnitude-based Pruning (LAMP)</a>
 */
public final class WeightPruning {
    private final Graph graph;
    private final List<WeightGrid> grids;
    private final Optional<Map<String, float[]>> importance;
    private final Pattern pattern;

    /** Weights that go together, all within one layer. */
    private record Unit(WeightGrid grid, int[] elements, double score) {}

    /**
     * Weights of a graph to choose from.
     *
     * @param importance {@code |dL/dw * w|} by the constant's name for Taylor; empty: magnitude
     * @throws SelvedgeException NO_CANDIDATE_FITS when no layer has constant weights, BAD_OPTION when a gradient is missing
     */
    public WeightPruning(Graph graph, Pattern pattern, Optional<Map<String, float[]>> importance) {
        this.graph = graph;
        this.pattern = pattern;
        this.importance = importance;
        this.grids = WeightGrid.of(graph);
        if (grids.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.NO_CANDIDATE_FITS,
                    "no layer has weights that can be pruned: the graph has no convolution or matrix product with constant weights");
        }
        importance.ifPresent(given -> grids.forEach(grid -> {
            if (!given.containsKey(grid.name())) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "criterion taylor has no gradient of '" + grid.name() + "'; use magnitude");
            }
        }));
    }

    /**
     * Masks of zeros and ones by the constant's name.
     *
     * @param sparsity share of zeros over all weights; without effect for N:M, which says it itself
     * @param global over all layers together; else in each layer alone
     * @throws SelvedgeException BAD_OPTION for a share outside 0..1
     */
    public Map<String, float[]> masks(double sparsity, boolean global) {
        if (pattern instanceof Pattern.Some some) {
            return some(some);
        }
        if (!(sparsity > 0 && sparsity < 1)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--sparsity is the share of weights that becomes zero, above 0 and below 1 (1 would leave nothing); got "
                            + sparsity);
        }
        List<Unit> all = new ArrayList<>();
        Map<String, float[]> masks = ones();
        for (WeightGrid grid : grids) {
            List<Unit> own = units(grid);
            own.sort(Comparator.comparingDouble(Unit::score));
            if (global) {
                all.addAll(shares(own));
            } else {
                clear(masks, own, sparsity);
            }
        }
        if (global) {
            all.sort(Comparator.comparingDouble(Unit::score));
            clear(masks, all, sparsity);
        }
        return masks;
    }

    private Map<String, float[]> ones() {
        Map<String, float[]> masks = new LinkedHashMap<>();
        for (WeightGrid grid : grids) {
            float[] mask = new float[Math.toIntExact(grid.shape().elements())];
            Arrays.fill(mask, 1);
            masks.put(grid.name(), mask);
        }
        return masks;
    }

    private static void clear(Map<String, float[]> masks, List<Unit> sorted, double sparsity) {
        // Rounded down, so that the last of a layer stays: a layer of zeros computes nothing.
        long zeros = (long)
                (sorted.stream().mapToLong(unit -> unit.elements().length).sum() * sparsity + 1e-9);
        for (Unit unit : sorted) {
            if (unit.elements().length > zeros) {
                return;
            }
            zeros -= unit.elements().length;
            float[] mask =
                    java.util.Objects.requireNonNull(masks.get(unit.grid().name()));
            for (int i : unit.elements()) {
                mask[i] = 0;
            }
        }
    }

    /** From scores, ascending, to shares of what is left. */
    private static List<Unit> shares(List<Unit> sorted) {
        List<Unit> shares = new ArrayList<>();
        double left = 0;
        for (Unit unit : sorted.reversed()) {
            double square = unit.score() * unit.score();
            left += square;
            shares.add(new Unit(unit.grid(), unit.elements(), left > 0 ? square / left : 0));
        }
        return shares;
    }

    private double[] scores(WeightGrid grid) {
        float[] w = graph.constant(grid.name()).orElseThrow().toFloats();
        double[] scores = new double[w.length];
        Optional<float[]> taylor = importance.map(given -> given.get(grid.name()));
        for (int i = 0; i < w.length; i++) {
            scores[i] = taylor.isPresent() ? taylor.get()[i] : Math.abs(w[i]);
        }
        return scores;
    }

    private List<Unit> units(WeightGrid grid) {
        double[] scores = scores(grid);
        Pattern.Block block = pattern instanceof Pattern.Block given ? given : new Pattern.Block(1, 1);
        int[][][] indices = grid.indices();
        List<Unit> units = new ArrayList<>();
        for (int o = 0; o < grid.outputs(); o += block.outputs()) {
            for (int c = 0; c < grid.inputs(); c += block.inputs()) {
                for (int tap = 0; tap < grid.taps(); tap++) {
                    units.add(unit(grid, scores, indices, block, new int[] {o, c, tap}));
                }
            }
        }
        return units;
    }

    private static Unit unit(WeightGrid grid, double[] scores, int[][][] indices, Pattern.Block block, int[] at) {
        int outputs = Math.min(block.outputs(), grid.outputs() - at[0]);
        int inputs = Math.min(block.inputs(), grid.inputs() - at[1]);
        int[] elements = new int[outputs * inputs];
        double squares = 0;
        for (int k = 0; k < elements.length; k++) {
            elements[k] = indices[at[0] + k / inputs][at[1] + k % inputs][at[2]];
            squares += scores[elements[k]] * scores[elements[k]];
        }
        return new Unit(grid, elements, Math.sqrt(squares / elements.length));
    }

    private Map<String, float[]> some(Pattern.Some some) {
        Map<String, float[]> masks = ones();
        for (WeightGrid grid : grids) {
            double[] scores = scores(grid);
            float[] mask = java.util.Objects.requireNonNull(masks.get(grid.name()));
            for (int[][] row : grid.indices()) {
                for (int tap = 0; tap < grid.taps(); tap++) {
                    for (int c = 0; c < row.length; c += some.of()) {
                        int end = Math.min(row.length, c + some.of());
                        List<Integer> neighbours = new ArrayList<>();
                        for (int i = c; i < end; i++) {
                            neighbours.add(row[i][tap]);
                        }
                        neighbours.sort(Comparator.comparingDouble(i -> -scores[i]));
                        neighbours.stream().skip(some.keep()).forEach(i -> mask[i] = 0);
                    }
                }
            }
        }
        return masks;
    }
}
