package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Transpose or Reshape of dequantised constants moves the integers instead, {@code Transpose(DequantizeLinear(w)) ->
 * DequantizeLinear(w')}, so that weights stay recognisable as quantised. A Transpose of any other dequantised value goes in
 * front too: an operator behind it then is one on 8-bit values.
 */
public final class HoistDequantize implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            boolean moves = node.op() instanceof Transpose || node.op() instanceof Reshape;
            if (moves) {
                edit.producer(node.input(0), Set.of("DequantizeLinear")).ifPresent(source -> hoist(edit, node, source));
            }
        }
        return edit.apply();
    }

    private static void hoist(GraphEdit edit, Node node, Node source) {
        Graph graph = edit.graph();
        boolean scalar = graph.type(source.input(1)).shape().elements() == 1;
        Optional<Tensor> integers = graph.constant(source.input(0));
        boolean blocks = source.op() instanceof DequantizeLinear form && form.block() != 0;
        if (integers.isEmpty() && node.op() instanceof Transpose && !blocks) {
            turn(edit, node, source, scalar);
            return;
        }
        boolean known = node.op() instanceof Transpose && !blocks || scalar && graph.isConstant(node.input(1));
        if (integers.isEmpty() || !known) {
            return;
        }
        List<Optional<Tensor>> operands = new ArrayList<>(List.of(integers));
        if (node.hasInput(1)) {
            operands.add(graph.constant(node.input(1)));
        }
        Tensor moved = node.op().evaluate(operands).getFirst();
        List<String> inputs = new ArrayList<>(source.inputs());
        inputs.set(0, edit.constant(source.input(0), moved));
        edit.replace(node, new Node(node.name(), op(node.op(), source.op(), scalar), inputs, node.outputs()));
    }

    private static void turn(GraphEdit edit, Node node, Node source, boolean scalar) {
        String turned = edit.fresh(source.input(0) + ".turned");
        List<String> inputs = new ArrayList<>(source.inputs());
        inputs.set(0, turned);
        edit.replace(
                node,
                new Node(turned, node.op(), List.of(source.input(0)), List.of(turned)),
                new Node(node.name(), op(node.op(), source.op(), scalar), inputs, node.outputs()));
    }

    private static Op op(Op movement, Op dequantize, boolean scalar) {
        if (!scalar
                && movement instanceof Transpose(List<Integer> perm)
                && dequantize instanceof DequantizeLinear form) {
            return new DequantizeLinear(perm.indexOf(form.axis() < 0 ? form.axis() + perm.size() : form.axis()));
        }
        return dequantize;
    }
}
