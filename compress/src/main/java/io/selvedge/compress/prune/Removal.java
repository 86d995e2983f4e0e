package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.Expand;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.op.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts slices out of a graph: smaller constants, smaller values, nothing else. */
public final class Removal {
    private final Graph graph;
    private final Map<Place, Map<Integer, BitSet>> removed = new HashMap<>();
    private final GraphBuilder builder;
    /** Cut constants by name and what was cut. */
    private final Map<String, Map<Map<Integer, BitSet>, String>> cut = new HashMap<>();

    private Removal(Graph graph, Iterable<Slice> slices) {
        this.graph = graph;
        this.builder = new GraphBuilder(graph.name());
        for (Slice slice : slices) {
            for (Cell cell : slice.cells()) {
                removed.computeIfAbsent(cell.axis().place(), _ -> new HashMap<>())
                        .computeIfAbsent(cell.axis().index(), _ -> new BitSet())
                        .set(cell.position());
            }
        }
    }

    /**
     * The graph without these slices of its {@link Groups}: where only weights read the cut channels it computes exactly what the
     * graph computes whose weights {@link Masking} sets to zero.
     */
    public static Graph of(Graph graph, Iterable<Slice> slices) {
        return new Removal(graph, slices).build();
    }

    private Graph build() {
        if (removed.isEmpty()) {
            return graph;
        }
        builder.reserve(graph.types().keySet());
        graph.inputs().forEach(input -> builder.input(input, graph.type(input)));
        Set<String> outputs = new HashSet<>(graph.outputs());
        for (String constant : graph.constants().keySet()) {
            if (outputs.contains(constant)) {
                constant(constant, Map.of());
            }
        }
        for (Node node : graph.nodes()) {
            List<String> inputs = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                inputs.add(input(node, i));
            }
            builder.add(new Node(node.name(), op(node), inputs, node.outputs()));
        }
        graph.outputs().forEach(builder::output);
        return builder.build();
    }

    private String input(Node node, int index) {
        if (!node.hasInput(index)) {
            return "";
        }
        Place place = Place.read(graph, node, index);
        if (!place.isConstant()) {
            return place.value();
        }
        boolean isShape = node.op() instanceof Reshape && index == 1 || node.op() instanceof Expand && index == 1;
        boolean isSizes = node.op() instanceof Resize && index == 3;
        if ((isShape || isSizes) && removed.containsKey(Place.value(node.output()))) {
            return longs(place.value(), extents(node.output()));
        }
        if (node.op() instanceof Split split && index == 1) {
            int rank = graph.type(node.output()).shape().rank();
            int axis = OperatorTies.positive(split.axis(), rank);
            return longs(
                    place.value(),
                    node.outputs().stream()
                            .mapToInt(output -> extents(output)[axis])
                            .toArray());
        }
        return constant(place.value(), removed.getOrDefault(place, Map.of()));
    }

    private String longs(String hint, int[] values) {
        return builder.constant(
                hint, Tensor.longs(Arrays.stream(values).asLongStream().toArray(), values.length));
    }

    private String constant(String name, Map<Integer, BitSet> cuts) {
        Map<Map<Integer, BitSet>, String> known = cut.computeIfAbsent(name, _ -> new HashMap<>());
        return known.computeIfAbsent(cuts, _ -> {
            Tensor tensor = cut(graph.constant(name).orElseThrow(), cuts);
            return known.isEmpty() ? builder.namedConstant(name, tensor) : builder.constant(name, tensor);
        });
    }

    private static Tensor cut(Tensor tensor, Map<Integer, BitSet> cuts) {
        Tensor result = tensor;
        for (Map.Entry<Integer, BitSet> entry : cuts.entrySet()) {
            result = cut(result, entry.getKey(), entry.getValue());
        }
        return result;
    }

    private static Tensor cut(Tensor tensor, int axis, BitSet gone) {
        int[] extents = tensor.shape().extents();
        int inner = 1;
        for (int i = axis + 1; i < extents.length; i++) {
            inner *= extents[i];
        }
        int[] sources = new int[tensor.elements() / extents[axis] * (extents[axis] - gone.cardinality())];
        int at = 0;
        for (int i = 0; i < tensor.elements(); i++) {
            if (!gone.get(i / inner % extents[axis])) {
                sources[at++] = i;
            }
        }
        extents[axis] -= gone.cardinality();
        return tensor.select(Shape.of(Arrays.stream(extents).asLongStream().toArray()), sources);
    }

    /** Extents of a value afterwards. */
    private int[] extents(String value) {
        int[] extents = graph.type(value).shape().extents();
        removed.getOrDefault(Place.value(value), Map.of())
                .forEach((axis, positions) -> extents[axis] -= positions.cardinality());
        return extents;
    }

    /** A depthwise convolution has as many groups as channels. */
    private Op op(Node node) {
        int channels = node.op() instanceof Conv || node.op() instanceof ConvTranspose ? extents(node.input(0))[1] : 0;
        int before = channels == 0 ? 0 : graph.type(node.input(0)).shape().extent(1);
        return switch (node.op()) {
            case Conv conv
            when conv.group() == before && before > 1 ->
                new Conv(conv.strides(), conv.pads(), conv.dilations(), channels);
            case ConvTranspose conv
            when conv.group() == before && before > 1 ->
                new ConvTranspose(conv.strides(), conv.pads(), conv.dilations(), conv.outputPadding(), channels);
            default -> node.op();
        };
    }
}
