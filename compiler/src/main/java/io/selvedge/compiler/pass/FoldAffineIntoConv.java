package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import java.util.Optional;
import java.util.Set;

/** Mul, Div, Add and Sub by constants per channel disappear into the weights and bias of the Conv, ConvTranspose or Gemm in front. */
public final class FoldAffineIntoConv implements Pass {
    private static final Set<String> ARITHMETIC = Set.of("Mul", "Div", "Add", "Sub");

    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op().domain().isEmpty()
                    && ARITHMETIC.contains(node.op().type())
                    && node.inputs().size() == 2) {
                fold(edit, node, 0);
                fold(edit, node, 1);
            }
        }
        return edit.apply();
    }

    private static void fold(GraphEdit edit, Node node, int position) {
        if (edit.changed(node) || edit.graph().isConstant(node.input(position))) {
            return;
        }
        Optional<AffineProducer> producer = AffineProducer.of(edit, node.input(position));
        if (producer.isPresent()) {
            ChannelAffine.ofArithmetic(edit.graph(), node, position)
                    .ifPresent(affine -> edit.replace(node, producer.get().absorb(affine, node, edit)));
        }
    }
}
