package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ExprEvaluator;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A quantised element-wise region: DequantizeLinear of the 8-bit inputs, f32 arithmetic, QuantizeLinear. With one 8-bit input
 * it becomes a table of 256 entries computed here, the same on every CPU.
 *
 * @param expr over the inputs in order (broadcast by ONNX rules), with Dequantize around 8-bit ones and Quantize or Requantize outermost;
 *     zero points in the domain of the values' dtypes
 */
public record QMap(Expr expr, Shape outShape, DType outType) implements Op, Lowerable {
    @Override
    public String type() {
        return "QMap";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of("expr", expr.toString());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(outType, outShape));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        int[] extents = outShape.extents();
        List<Tensor> operands = inputs.stream().map(Optional::orElseThrow).toList();
        List<int[]> strides = operands.stream()
                .map(t -> {
                    int[] own = t.shape().extents();
                    return new View(0, true, 0, own, View.denseStrides(own))
                            .broadcast(extents)
                            .strides();
                })
                .toList();
        float[] values = new float[operands.size()];
        return List.of(Tensor.filled(new TensorType(outType, outShape), i -> {
            for (int k = 0; k < values.length; k++) {
                int rest = i;
                int at = 0;
                for (int axis = extents.length - 1; axis >= 0; axis--) {
                    at += rest % extents[axis] * strides.get(k)[axis];
                    rest /= extents[axis];
                }
                values[k] = operands.get(k).getFloat(at);
            }
            return ExprEvaluator.evaluate(expr, values);
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Expr held = held(node, builder.graph());
        boolean table = node.inputs().size() == 1
                && !builder.graph().isConstant(node.input(0))
                && builder.graph().type(node.input(0)).dtype().bytes() == 1;
        if (!table) {
            builder.map(node.output(), node.inputs().stream().map(builder::view).toList(), held);
            return;
        }
        byte[] entries = new byte[256];
        for (int i = 0; i < 256; i++) {
            entries[i] = (byte) (int) ExprEvaluator.evaluate(held, i);
        }
        View in = builder.view(node.input(0)).broadcast(outShape.extents());
        View out = builder.defineLike(node.output(), List.of(in));
        builder.emit(
                new Kernel.Lut(
                        out.extentList(), in.strided(), out.strided(), builder.weight(node.name() + ".lut", entries)),
                0);
    }

    /** The expression over values as they are held: INT8 ones xor 0x80. */
    private Expr held(Node node, Graph graph) {
        int shift = ProgramBuilder.zeroPoint(outType, 0);
        return ExprEvaluator.rewrite(expr, e -> switch (e) {
            case Expr.Dequantize(Expr.Input(int index), float scale, int zero) ->
                new Expr.Dequantize(
                        new Expr.Input(index),
                        scale,
                        ProgramBuilder.zeroPoint(graph.type(node.input(index)).dtype(), zero));
            case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) ->
                new Expr.Quantize(x, scale, zero + shift, lo + shift, hi + shift);
            case Expr.Requantize(Expr x, int zero, int lo, int hi) ->
                new Expr.Requantize(x, zero + shift, lo + shift, hi + shift);
            default -> e;
        });
    }
}
