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

/** A Pad with zeros in front of a Conv becomes pads of the Conv. */
public final class FusePadIntoConv implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Conv conv) {
                edit.producer(node.input(0), Set.of("Pad"))
                        .ifPresent(pad -> zeroPads(graph, pad).ifPresent(pads -> {
                            List<String> inputs = new ArrayList<>(node.inputs());
                            inputs.set(0, pad.input(0));
                            Conv padded =
                                    new Conv(conv.strides(), sum(conv.pads(), pads), conv.dilations(), conv.group());
                            edit.replace(node, new Node(node.name(), padded, inputs, node.outputs()));
                        }));
            }
        }
        return edit.apply();
    }

    private static List<Integer> sum(List<Integer> a, List<Integer> b) {
        List<Integer> sum = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            sum.add(a.get(i) + b.get(i));
        }
        return sum;
    }

    /** Pads of the spatial axes, begins then ends, when nothing else is padded and the value is zero. */
    private static Optional<List<Integer>> zeroPads(Graph graph, Node node) {
        Optional<Tensor> pads = graph.constant(node.input(1));
        boolean zero = !node.hasInput(2)
                || graph.constant(node.input(2))
                        .filter(v -> v.getDouble(0) == 0)
                        .isPresent();
        if (pads.isEmpty() || !zero || ((Pad) node.op()).mode() != Pad.Mode.CONSTANT) {
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
