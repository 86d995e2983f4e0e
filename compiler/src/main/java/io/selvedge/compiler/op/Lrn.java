package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ONNX operator LRN: {@code Y = X / (bias + alpha / size * sum of X^2 over the size channels around)^beta}.
 * Shape: X [N,C,...].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LRN.html">ONNX LRN</a>
 */
public record Lrn(float alpha, float beta, float bias, int size) implements Op, Lowerable {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        return new Lrn(
                attributes.number("alpha", 1e-4f),
                attributes.number("beta", 0.75f),
                attributes.number("bias", 1),
                attributes.index("size"));
    }

    @Override
    public String type() {
        return "LRN";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("alpha", alpha, "beta", beta, "bias", bias, "size", (long) size);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        shapes(x.shape().rank() >= 2, "needs X of rank 2 or more, got %s", x);
        shapes(size >= 1, "needs a window of at least one channel, got size %s", size);
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        int channels = x.shape().extent(1);
        int inner = Strides.product(x.shape().extents(), 2, x.shape().rank());
        return List.of(Tensor.filled(x.type(), i -> {
            int channel = i / inner % channels;
            double sum = 0;
            int first = Math.max(0, channel - (size - 1) / 2);
            int last = Math.min(channels - 1, channel + size / 2);
            for (int c = first; c <= last; c++) {
                double value = x.getDouble(i + (c - channel) * inner);
                sum += value * value;
            }
            return x.getDouble(i) / Math.pow(bias + alpha / size * sum, beta);
        }));
    }

    /** Squares between channels of zeros, and as many shifted views of them as the window is wide. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Compute compute = Compute.of(List.of(builder.graph().type(node.output()).dtype()));
        View x = builder.view(node.input(0));
        int channels = x.extents()[1];
        int[] wide = x.extents().clone();
        wide[1] = channels + size - 1;
        View squares = builder.temporary(node.name() + ".squares", compute.dtype(), wide);
        MapLowering.emit(builder, squares, List.of(), MapLowering.number(0), compute);
        MapLowering.emit(
                builder,
                squares.sliced(1, (size - 1) / 2, 1, channels),
                List.of(x),
                MapLowering.mul(new Expr.Input(0), new Expr.Input(0)),
                compute);
        List<View> views = new ArrayList<>(List.of(x));
        Expr sum = new Expr.Input(1);
        for (int i = 0; i < size; i++) {
            views.add(squares.sliced(1, i, 1, channels));
            sum = i == 0 ? sum : MapLowering.add(sum, new Expr.Input(i + 1));
        }
        Expr base = MapLowering.add(
                MapLowering.number(bias), MapLowering.mul(MapLowering.number((double) alpha / size), sum));
        Expr divisor = new Expr.Binary(Expr.BinaryOp.POW, base, MapLowering.number(beta));
        builder.map(node.output(), views, new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(0), divisor), compute);
    }
}
