package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Gemm;

/** {@code MatMul(a, b)} of a matrix and a constant f32 matrix becomes Gemm, which takes up the bias that follows. */
public final class ConvertMatMulToGemm implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op().domain().isEmpty() && node.op().type().equals("MatMul") && isDense(graph, node)) {
                edit.replace(node, new Node(node.name(), new Gemm(1, 1, false, false), node.inputs(), node.outputs()));
            }
        }
        return edit.apply();
    }

    private static boolean isDense(Graph graph, Node node) {
        return graph.type(node.input(0)).shape().rank() == 2
                && graph.constant(node.input(1))
                        .filter(b -> b.dtype() == DType.FLOAT32 && b.shape().rank() == 2)
                        .isPresent();
    }
}
