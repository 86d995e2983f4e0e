package io.selvedge.compiler.lower;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.PluginCode;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.QConv;
import io.selvedge.compiler.op.QMap;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Element-wise operators between DequantizeLinear leaves and one QuantizeLinear become a single {@link QMap}. */
final class QuantizedRegion {
    private static final int MOST_NODES = 24;

    private final Graph graph;
    private final QuantizedWires wires;
    private final List<String> inputs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    QuantizedRegion(Graph graph, QuantizedWires wires) {
        this.graph = graph;
        this.wires = wires;
    }

    Optional<Node> fuse(Node quantize) {
        QConv.Quant y = wires.quant(quantize).orElseThrow();
        DType out = graph.type(quantize.output()).dtype();
        int low = out == DType.INT8 ? -128 : 0;
        Optional<Expr> body = expr(quantize.input(0));
        boolean quantisedInput = inputs.stream().anyMatch(wires::eightBit);
        if (body.isEmpty() || !quantisedInput) {
            return Optional.empty();
        }
        Expr root = outer(body.get(), y, low);
        String name = names.isEmpty() ? quantize.name() : String.join(" + ", names.reversed());
        QMap op = new QMap(root, graph.type(quantize.output()).shape(), out);
        return Optional.of(new Node(name, op, inputs, quantize.outputs()));
    }

    private Optional<Expr> expr(String value) {
        Optional<Tensor> scalar = graph.constant(value).filter(t -> t.elements() == 1 && t.dtype() == DType.FLOAT32);
        if (scalar.isPresent()) {
            return Optional.of(new Expr.Const(scalar.get().getFloat(0)));
        }
        Optional<Node> dq = wires.dequantize(value);
        if (dq.isPresent() && !graph.isConstant(dq.get().input(0))) {
            QConv.Quant quant = wires.quant(dq.get()).orElseThrow();
            return Optional.of(new Expr.Dequantize(leaf(dq.get().input(0)), quant.scale(), quant.zeroPoint()));
        }
        if (graph.isConstant(value)) {
            return graph.type(value).dtype() == DType.FLOAT32 ? Optional.of(leaf(value)) : Optional.empty();
        }
        Optional<Node> node = wires.producer(value);
        if (node.isEmpty() || !(node.get().op() instanceof ElementWise op) || names.size() >= MOST_NODES) {
            return Optional.empty();
        }
        names.add(node.get().name());
        List<Expr> operands = new ArrayList<>();
        boolean clip = QuantizedWires.is(node.get(), "Clip");
        int count = clip ? 3 : node.get().inputs().size();
        for (int i = 0; i < count; i++) {
            String input = node.get().input(i);
            if (!input.isEmpty()) {
                Optional<Expr> operand = expr(input);
                if (operand.isEmpty()) {
                    return Optional.empty();
                }
                operands.add(operand.get());
            } else if (clip) {
                operands.add(new Expr.Const(i == 1 ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY));
            }
        }
        return Optional.of(PluginCode.call(node.get(), "expr", () -> op.expr(operands)));
    }

    private Expr leaf(String value) {
        if (!inputs.contains(value)) {
            inputs.add(value);
        }
        return new Expr.Input(inputs.indexOf(value));
    }

    /** Sums and products of two 8-bit values are scaled to the output's steps at once, so that kernels need no division. */
    private static Expr outer(Expr body, QConv.Quant y, int low) {
        return switch (body) {
            case Expr.Binary(Expr.BinaryOp op, Expr.Dequantize a, Expr.Dequantize b)
            when op == Expr.BinaryOp.ADD ->
                new Expr.Requantize(
                        new Expr.Binary(
                                op,
                                new Expr.Dequantize(a.x(), a.scale() / y.scale(), a.zeroPoint()),
                                new Expr.Dequantize(b.x(), b.scale() / y.scale(), b.zeroPoint())),
                        y.zeroPoint(),
                        low,
                        low + 255);
            case Expr.Binary(Expr.BinaryOp op, Expr.Dequantize a, Expr.Dequantize b)
            when op == Expr.BinaryOp.MUL ->
                new Expr.Requantize(
                        new Expr.Binary(
                                op,
                                new Expr.Dequantize(a.x(), a.scale() * b.scale() / y.scale(), a.zeroPoint()),
                                new Expr.Dequantize(b.x(), 1, b.zeroPoint())),
                        y.zeroPoint(),
                        low,
                        low + 255);
            default -> new Expr.Quantize(body, y.scale(), y.zeroPoint(), low, low + 255);
        };
    }
}
