package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Nodes whose inputs are known are evaluated now: arithmetic on weights, and on shapes, which are static here. A
 * DequantizeLinear of integers of 4, 8 or 32 bits and of 8-bit floats stays, because it says how weights and biases are quantised.
 */
public final class FoldConstants implements Pass {
    /** Larger results are folded only when the inputs are as large, so that a ConstantOfShape does not end up in the file. */
    private static final long LARGEST_BYTES = 16L << 20;

    /** Results of this size and more count, so that a small file with many of them stays a small graph. */
    private static final long COUNTED_BYTES = 1L << 20;

    /** Larger results than their inputs are folded while all constants are fewer bytes, others while they alone are. */
    private static final long MOST_BYTES = 128L << 20;

    /** Multiply-accumulates of all that is folded at once: some seconds of the reference evaluation. */
    private static final long MOST_MACS = 1L << 28;

    private static final Set<DType> QUANTIZED = Set.of(DType.INT8, DType.UINT8, DType.INT32);

    private final boolean dequantizes;

    private FoldConstants(boolean dequantizes) {
        this.dequantizes = dequantizes;
    }

    public FoldConstants() {
        this(false);
    }

    /** Folds DequantizeLinear too: for weights that no 8-bit operator took. */
    static FoldConstants withDequantized() {
        return new FoldConstants(true);
    }

    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        Map<String, Tensor> known = new HashMap<>(graph.constants());
        long given = bytes(graph, List.copyOf(graph.constants().keySet()));
        long spent = 0;
        long macs = 0;
        for (Node node : graph.nodes()) {
            if (isOpen(graph, node)) {
                continue;
            }
            long size = bytes(graph, node.outputs());
            long most = size > bytes(graph, node.inputs()) ? MOST_BYTES - given : Math.max(MOST_BYTES, given);
            long work = node.inputs().stream().allMatch(input -> input.isEmpty() || known.containsKey(input))
                    ? GraphCost.macs(graph, node)
                    : 0;
            if ((size >= COUNTED_BYTES && spent + size > most) || macs + work > MOST_MACS) {
                continue;
            }
            Optional<List<Tensor>> values = values(graph, node, known);
            if (values.isPresent()) {
                spent += size >= COUNTED_BYTES ? size : 0;
                macs += work;
                Map<String, Tensor> results = new HashMap<>();
                for (int i = 0; i < node.outputs().size(); i++) {
                    results.put(node.outputs().get(i), values.get().get(i));
                }
                results.remove("");
                known.putAll(results);
                edit.replace(node, results);
            }
        }
        return edit.apply();
    }

    private Optional<List<Tensor>> values(Graph graph, Node node, Map<String, Tensor> known) {
        List<Optional<TensorType>> types = new ArrayList<>();
        List<Optional<Tensor>> values = new ArrayList<>();
        boolean allKnown = true;
        for (String input : node.inputs()) {
            types.add(input.isEmpty() ? Optional.empty() : Optional.of(graph.type(input)));
            values.add(Optional.ofNullable(known.get(input)));
            allKnown &= input.isEmpty() || known.containsKey(input);
        }
        Optional<Tensor> fromTypes =
                bytes(graph, node.outputs()) <= LARGEST_BYTES ? node.op().valueFromTypes(types) : Optional.empty();
        if (fromTypes.isPresent()) {
            return fromTypes.map(List::of);
        }
        boolean weights = !dequantizes
                && node.op().type().equals("DequantizeLinear")
                && isQuantized(graph.type(node.input(0)).dtype());
        if (!allKnown || weights || node.op().isRandom() || explodes(graph, node)) {
            return Optional.empty();
        }
        return Optional.of(node.evaluate(values));
    }

    /** Whether another runtime is to run it: extents are known only then. */
    private static boolean isOpen(Graph graph, Node node) {
        return Stream.concat(node.inputs().stream(), node.outputs().stream())
                .anyMatch(
                        value -> !value.isEmpty() && !graph.type(value).shape().isStatic());
    }

    private static boolean isQuantized(DType dtype) {
        return QUANTIZED.contains(dtype) || dtype.isFourBits() || dtype.float8().isPresent();
    }

    private static boolean explodes(Graph graph, Node node) {
        long in = bytes(graph, node.inputs());
        return bytes(graph, node.outputs()) > Math.max(LARGEST_BYTES, in);
    }

    private static long bytes(Graph graph, List<String> values) {
        return values.stream()
                .filter(value -> !value.isEmpty())
                .map(graph::type)
                .mapToLong(type ->
                        type.shape().elements() * Math.max(1, type.dtype().bytes()))
                .sum();
    }
}
