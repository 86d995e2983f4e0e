package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Quantises to uint8 with the range found in the data: {@code scale = (max(0, x) - min(0, x)) / 255, zero_point =
 * round(clamp(-min / scale)), y = clamp(round(x / scale) + zero_point)}. Outputs: y, scale (f32), zero_point (uint8).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html">ONNX DynamicQuantizeLinear</a>
 */
public record DynamicQuantizeLinear() implements Op, Lowerable {
    static Op read(OpCall call) {
        return new DynamicQuantizeLinear();
    }

    @Override
    public String type() {
        return "DynamicQuantizeLinear";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "x");
        Operands.floating(x);
        return List.of(
                new TensorType(DType.UINT8, x.shape()), TensorType.of(DType.FLOAT32), TensorType.of(DType.UINT8));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        float[] x = required(inputs, 0, "x").toFloats();
        float min = 0;
        float max = 0;
        for (float value : x) {
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        // A range of zero has no scale; any will do, for every element is 0.
        float scale = max == min ? 1 : (max - min) / 255;
        long zeroPoint = Math.clamp((long) Math.rint(-min / scale), 0, 255);
        TensorType type = new TensorType(DType.UINT8, required(inputs, 0, "x").shape());
        return List.of(
                Tensor.integers(type, i -> Math.clamp((long) Math.rint(x[i] / scale) + zeroPoint, 0, 255)),
                Tensor.floats(new float[] {scale}),
                Tensor.integers(TensorType.of(DType.UINT8), _ -> zeroPoint));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View x = builder.view(node.input(0));
        List<Integer> axes = IntStream.range(0, x.extents().length).boxed().toList();
        View low = builder.temporary(node.name() + ".low", DType.FLOAT32);
        View high = builder.temporary(node.name() + ".high", DType.FLOAT32);
        Reduce.fold(builder, Kernel.Reduce.Kind.MIN, x, axes, false, low);
        Reduce.fold(builder, Kernel.Reduce.Kind.MAX, x, axes, false, high);
        Expr zero = MapLowering.number(0);
        Expr least = new Expr.Binary(Expr.BinaryOp.MIN, zero, new Expr.Input(0));
        Expr range =
                new Expr.Binary(Expr.BinaryOp.SUB, new Expr.Binary(Expr.BinaryOp.MAX, zero, new Expr.Input(1)), least);
        Expr step = new Expr.Select(
                new Expr.Binary(Expr.BinaryOp.EQUAL, range, zero),
                MapLowering.number(1),
                new Expr.Binary(Expr.BinaryOp.DIV, range, MapLowering.number(255)));
        View scale = output(node, 1, DType.FLOAT32, builder);
        MapLowering.emit(builder, scale, List.of(low, high), step);
        View zeroPoint = output(node, 2, DType.UINT8, builder);
        Expr shift = MapLowering.unary(Expr.UnaryOp.NEG, new Expr.Binary(Expr.BinaryOp.DIV, least, new Expr.Input(1)));
        MapLowering.emit(builder, zeroPoint, List.of(low, scale), bytes(MapLowering.unary(Expr.UnaryOp.ROUND, shift)));
        Expr steps = MapLowering.unary(
                Expr.UnaryOp.ROUND, new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(0), new Expr.Input(1)));
        builder.map(node.output(), List.of(x, scale, zeroPoint), bytes(MapLowering.add(steps, new Expr.Input(2))));
    }

    private static Expr bytes(Expr value) {
        return new Expr.Binary(
                Expr.BinaryOp.MIN,
                MapLowering.number(255),
                new Expr.Binary(Expr.BinaryOp.MAX, MapLowering.number(0), value));
    }

    private static View output(Node node, int index, DType dtype, ProgramBuilder builder) {
        boolean read =
                index < node.outputs().size() && !node.outputs().get(index).isEmpty();
        return read
                ? builder.define(node.outputs().get(index))
                : builder.temporary(node.name() + ".output" + index, dtype);
    }
}
