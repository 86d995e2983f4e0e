package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.FusedMatMul;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.MatMulInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products with a constant matrix, f32 or of 8-bit integers that become f32, take up the element-wise operators that follow.
 * Nothing is rounded otherwise than in the graph: the epilogue does on registers what its nodes would do on memory.
 */
public final class FuseMatMul implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes().reversed()) {
            boolean moves = node.hasInput(0)
                    && !graph.isConstant(node.input(0))
                    && graph.type(node.input(0)).shape().rank() > 1
                    && graph.type(node.input(0)).shape().elements() > 0;
            if (moves && node.op() instanceof MatMul) {
                graph.constant(node.input(1))
                        .filter(b -> b.dtype() == DType.FLOAT32 && b.shape().rank() == 2 && b.elements() > 0)
                        .ifPresent(b -> fuse(edit, List.of(node), node.input(1), ""));
            } else if (moves && node.op() instanceof MatMulInteger) {
                toFloats(edit, node).ifPresent(cast -> {
                    Tensor b = MatMulInteger.centred(graph, node).orElseThrow();
                    String zero = node.hasInput(2) ? node.input(2) : "";
                    fuse(edit, List.of(node, cast), edit.constant(node.input(1) + ".s8", b), zero);
                });
            }
        }
        return edit.apply();
    }

    /** The one reader of a product of integers, if it makes f32 of them. */
    private static Optional<Node> toFloats(GraphEdit edit, Node node) {
        return Optional.of(node.output())
                .filter(edit::readOnce)
                .map(value -> edit.consumers(value).getFirst())
                .filter(cast -> cast.op() instanceof Cast(DType to, boolean _) && to == DType.FLOAT32)
                .filter(cast -> !edit.changed(cast));
    }

    private static void fuse(GraphEdit edit, List<Node> product, String b, String zeroPoint) {
        Epilogue epilogue = Epilogue.ofMatrix(edit, product.getLast());
        List<Node> all = new ArrayList<>(product);
        all.addAll(epilogue.nodes());
        List<String> inputs = new ArrayList<>(List.of(product.getFirst().input(0), b, zeroPoint));
        inputs.addAll(epilogue.operands());
        all.forEach(node -> edit.replace(node));
        Node last = all.getLast();
        edit.replace(last, new Node(ElementExpr.name(all), new FusedMatMul(epilogue.expr()), inputs, last.outputs()));
    }
}
