package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** How an operator becomes operations of libtorch that have gradients. */
interface Lowering {
    List<Tensor> lower(Call call);

    /** Why this node cannot be trained although its operator can. */
    default Optional<String> obstacle(Node node, Graph graph) {
        return Optional.empty();
    }

    /** A lowering with one output. */
    @FunctionalInterface
    interface Single {
        Tensor lower(Call call);
    }

    static Lowering of(Single single) {
        return call -> List.of(single.lower(call));
    }

    /** A lowering that needs the values of some inputs, which the graph must hold as constants. */
    static Lowering withConstants(Lowering lowering, int... needed) {
        return new Lowering() {
            @Override
            public List<Tensor> lower(Call call) {
                return lowering.lower(call);
            }

            @Override
            public Optional<String> obstacle(Node node, Graph graph) {
                for (int input : needed) {
                    if (node.hasInput(input) && !graph.isConstant(node.input(input))) {
                        return Optional.of("input '" + node.input(input) + "' is computed from the data");
                    }
                }
                return lowering.obstacle(node, graph);
            }
        };
    }
}
