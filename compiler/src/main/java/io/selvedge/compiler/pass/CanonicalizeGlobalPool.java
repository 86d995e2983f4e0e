package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Reduce;
import java.util.List;
import java.util.stream.IntStream;

/** ReduceMean over all spatial axes, and average pooling with one window as large as the image, become GlobalAveragePool. */
public final class CanonicalizeGlobalPool implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (isGlobalAverage(graph, node)) {
                replace(edit, node);
            }
        }
        return edit.apply();
    }

    private static void replace(GraphEdit edit, Node node) {
        Op pool = new GlobalPool(Pool.Kind.AVERAGE);
        if (node.op() instanceof Reduce reduce && !reduce.keepDims()) {
            String kept = edit.fresh(node.output() + ".kept");
            String squeeze = edit.fresh(node.name() + ".squeeze");
            Shape shape = edit.graph().type(node.output()).shape();
            edit.replace(
                    node,
                    new Node(node.name(), pool, node.inputs(), List.of(kept)),
                    CanonicalizeReshape.reshape(edit, squeeze, kept, shape, node.output()));
        } else {
            edit.replace(node, new Node(node.name(), pool, node.inputs(), node.outputs()));
        }
    }

    private static boolean isGlobalAverage(Graph graph, Node node) {
        return switch (node.op()) {
            case Reduce(Reduce.Kind kind, List<Integer> axes, boolean _) -> {
                TensorType x = graph.type(node.input(0));
                int rank = x.shape().rank();
                yield kind == Reduce.Kind.MEAN
                        && x.dtype().isFloat()
                        && rank >= 3
                        && axes.equals(IntStream.range(2, rank).boxed().toList());
            }
            case Pool pool -> {
                List<Integer> image = IntStream.of(
                                graph.type(node.input(0)).shape().extents())
                        .skip(2)
                        .boxed()
                        .toList();
                yield pool.kind() == Pool.Kind.AVERAGE
                        && pool.kernelShape().equals(image)
                        && pool.dilations().stream().allMatch(dilation -> dilation == 1)
                        && pool.pads().stream().allMatch(pad -> pad == 0);
            }
            default -> false;
        };
    }
}
