package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.PluginCode;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Element-wise nodes as expressions. */
final class ElementExpr {
    private ElementExpr() {}

    /** A f32 or boolean computation on elements, or a cast of halves; integers would lose digits in f32. */
    static boolean isElementWise(Graph graph, Node node) {
        return node.op() instanceof ElementWise
                && node.outputs().size() == 1
                && isReal(graph, node, node.output())
                && node.inputs().stream().allMatch(input -> input.isEmpty() || isReal(graph, node, input))
                && (!(node.op() instanceof Clip) || hasConstantBounds(graph, node));
    }

    private static boolean isReal(Graph graph, Node node, String value) {
        DType dtype = graph.type(value).dtype();
        boolean half = dtype == DType.FLOAT16 || dtype == DType.BFLOAT16;
        return dtype == DType.FLOAT32 || dtype == DType.BOOL || half && node.op() instanceof Cast;
    }

    private static boolean hasConstantBounds(Graph graph, Node clip) {
        return (!clip.hasInput(1) || graph.isConstant(clip.input(1)))
                && (!clip.hasInput(2) || graph.isConstant(clip.input(2)));
    }

    /** A constant of one element, as a number. */
    static Optional<Expr> number(Graph graph, String value) {
        return graph.constant(value)
                .filter(tensor -> tensor.elements() == 1 && tensor.dtype() == DType.FLOAT32)
                .map(tensor -> new Expr.Const(tensor.getFloat(0)));
    }

    /** The node's expression over what its operands are; empty when one of them is none. */
    static Optional<Expr> of(Graph graph, Node node, Function<String, Optional<Expr>> operand) {
        if (node.op() instanceof Clip) {
            float lo = bound(graph, node, 1, Float.NEGATIVE_INFINITY);
            float hi = bound(graph, node, 2, Float.POSITIVE_INFINITY);
            return operand.apply(node.input(0)).map(x -> Expr.clamp(x, lo, hi));
        }
        List<Expr> operands = new ArrayList<>();
        for (String input : node.inputs()) {
            if (!input.isEmpty()) {
                Optional<Expr> expr = operand.apply(input);
                if (expr.isEmpty()) {
                    return Optional.empty();
                }
                operands.add(expr.get());
            }
        }
        return node.op() instanceof ElementWise op
                ? Optional.of(PluginCode.call(node, "expr", () -> op.expr(operands)))
                : Optional.empty();
    }

    private static float bound(Graph graph, Node clip, int input, float otherwise) {
        return graph.constant(clip.input(input))
                .map((Tensor t) -> t.getFloat(0))
                .orElse(otherwise);
    }

    /** Operations and leaves. */
    static int size(Expr expr) {
        return switch (expr) {
            case Expr.Input _, Expr.Const _ -> 1;
            case Expr.Unary(Expr.UnaryOp _, Expr x) -> 1 + size(x);
            case Expr.Binary(Expr.BinaryOp _, Expr a, Expr b) -> 1 + size(a) + size(b);
            case Expr.Select(Expr c, Expr a, Expr b) -> 1 + size(c) + size(a) + size(b);
            case Expr.Quantize quantize -> 1 + size(quantize.x());
            case Expr.Requantize requantize -> 1 + size(requantize.x());
            case Expr.Dequantize dequantize -> 1 + size(dequantize.x());
        };
    }

    /** One name for several nodes, as reports and generated comments show it. */
    static String name(List<Node> nodes) {
        if (nodes.size() > 4) {
            return nodes.getFirst().name() + " + ... + " + nodes.getLast().name();
        }
        return String.join(" + ", nodes.stream().map(Node::name).toList());
    }
}
