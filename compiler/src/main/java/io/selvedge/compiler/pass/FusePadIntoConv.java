package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Pad;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Pad with zeros in front of a Conv becomes pads of the Conv; so does one with the zero point on the integers of a
 * DequantizeLinear in front of it.
 */
public final class FusePadIntoConv implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Conv conv) {
                edit.producer(node.input(0), Set.of("Pad", "DequantizeLinear")).ifPresent(before -> {
                    if (before.op() instanceof Pad) {
                        zeroPads(graph, before, 0)
                                .ifPresent(pads -> edit.replace(node, padded(node, conv, pads, before.input(0))));
                    } else {
                        integers(edit, node, conv, before);
                    }
                });
            }
        }
        return edit.apply();
    }

    private static Node padded(Node node, Conv conv, List<Integer> pads, String x) {
        List<String> inputs = new ArrayList<>(node.inputs());
        inputs.set(0, x);
        Conv padded = new Conv(conv.strides(), sum(conv.pads(), pads), conv.dilations(), conv.group());
        return new Node(node.name(), padded, inputs, node.outputs());
    }

    private static void integers(GraphEdit edit, Node node, Conv conv, Node dequantize) {
        Graph graph = edit.graph();
        boolean oneZero = !dequantize.hasInput(2)
                || graph.constant(dequantize.input(2))
                        .filter(zero -> zero.elements() == 1)
                        .isPresent();
        Optional<Node> pad = edit.producer(dequantize.input(0), Set.of("Pad"));
        if (pad.isEmpty() || !oneZero || edit.changed(dequantize)) {
            return;
        }
        double zero =
                graph.constant(dequantize.input(2)).map(z -> z.getDouble(0)).orElse(0.0);
        zeroPads(graph, pad.get(), zero).ifPresent(pads -> {
            String x = edit.fresh(dequantize.output() + ".unpadded");
            List<String> inputs = new ArrayList<>(dequantize.inputs());
            inputs.set(0, pad.get().input(0));
            edit.replace(node, new Node(x, dequantize.op(), inputs, List.of(x)), padded(node, conv, pads, x));
        });
    }

    private static List<Integer> sum(List<Integer> a, List<Integer> b) {
        List<Integer> sum = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            sum.add(a.get(i) + b.get(i));
        }
        return sum;
    }

    /** Pads of the spatial axes, begins then ends, when nothing else is padded and the value is what stands for zero. */
    private static Optional<List<Integer>> zeroPads(Graph graph, Node node, double zero) {
        Optional<Tensor> pads = graph.constant(node.input(1));
        double value = node.hasInput(2)
                ? graph.constant(node.input(2)).map(v -> v.getDouble(0)).orElse(Double.NaN)
                : 0;
        if (pads.isEmpty() || value != zero || ((Pad) node.op()).mode() != Pad.Mode.CONSTANT) {
            return Optional.empty();
        }
        long[] all = pads.get().toLongs();
        int rank = all.length / 2;
        List<Integer> spatial = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            boolean outer = i % rank < 2;
            if (all[i] < 0 || outer && all[i] != 0) {
                return Optional.empty();
            }
            if (!outer) {
                spatial.add((int) all[i]);
            }
        }
        return Optional.of(spatial);
    }
}
