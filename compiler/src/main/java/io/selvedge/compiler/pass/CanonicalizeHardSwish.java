package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Activation;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code x * clip(x + 3, 0, 6) / 6} and {@code x * hardsigmoid(x)} become HardSwish: one operator, and one rounding when it is
 * quantised. What others read in between stays for them.
 */
public final class CanonicalizeHardSwish implements Pass {
    private static final float SIXTH = 1 / 6f;

    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op().domain().isEmpty()) {
                source(edit, node)
                        .filter(_ -> graph.type(node.output()).dtype() == DType.FLOAT32)
                        .filter(x -> graph.type(x).equals(graph.type(node.output())))
                        .ifPresent(x -> edit.replace(
                                node,
                                new Node(node.name(), new Unary(Unary.Kind.HARD_SWISH), List.of(x), node.outputs())));
            }
        }
        return edit.apply();
    }

    private static Optional<String> source(GraphEdit edit, Node node) {
        return switch (node.op().type()) {
            case "Div" -> isNumber(edit, node.input(1), 6) ? gated(edit, node.input(0)) : Optional.empty();
            case "Mul" -> scaled(edit, node).or(() -> hardSigmoid(edit, node));
            default -> Optional.empty();
        };
    }

    /** {@code (x * clip(x + 3, 0, 6)) * (1/6)}. */
    private static Optional<String> scaled(GraphEdit edit, Node mul) {
        for (int side = 0; side < 2; side++) {
            if (isNumber(edit, mul.input(side), SIXTH)) {
                return gated(edit, mul.input(1 - side));
            }
        }
        return Optional.empty();
    }

    /** x of {@code x * clip(x + 3, 0, 6)}. */
    private static Optional<String> gated(GraphEdit edit, String value) {
        return edit.producer(value, Set.of("Mul")).flatMap(mul -> {
            for (int side = 0; side < 2; side++) {
                String x = mul.input(side);
                boolean gate = edit.producer(mul.input(1 - side), Set.of("Clip"))
                        .filter(clip -> clip.op() instanceof Clip
                                && isNumber(edit, clip.input(1), 0)
                                && isNumber(edit, clip.input(2), 6))
                        .flatMap(clip -> edit.producer(clip.input(0), Set.of("Add")))
                        .filter(add -> isSum(edit, add, x))
                        .isPresent();
                if (gate) {
                    return Optional.of(x);
                }
            }
            return Optional.empty();
        });
    }

    private static boolean isSum(GraphEdit edit, Node add, String x) {
        return add.input(0).equals(x) && isNumber(edit, add.input(1), 3)
                || add.input(1).equals(x) && isNumber(edit, add.input(0), 3);
    }

    /** x of {@code x * clip(x / 6 + 0.5, 0, 1)}. */
    private static Optional<String> hardSigmoid(GraphEdit edit, Node mul) {
        for (int side = 0; side < 2; side++) {
            String x = mul.input(side);
            boolean gate = edit.producer(mul.input(1 - side))
                    .filter(node -> node.input(0).equals(x))
                    .filter(node -> node.op() instanceof Activation(Activation.Kind kind, float alpha, float beta)
                            && kind == Activation.Kind.HARD_SIGMOID
                            && Math.abs(alpha - SIXTH) < 1e-6f
                            && beta == 0.5f)
                    .isPresent();
            if (gate) {
                return Optional.of(x);
            }
        }
        return Optional.empty();
    }

    private static boolean isNumber(GraphEdit edit, String value, float number) {
        return edit.graph()
                .constant(value)
                .filter((Tensor tensor) -> tensor.elements() == 1 && tensor.getFloat(0) == number)
                .isPresent();
    }
}
