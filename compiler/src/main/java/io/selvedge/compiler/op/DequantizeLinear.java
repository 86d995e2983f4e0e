package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = (X - zero_point) * scale}; the difference is exact, the product rounds to the scale's dtype. Inputs: X (8, 16 or
 * 32 bits), scale, zero_point of X's dtype, both scalars or of the extent of {@code axis}. The zero point is always there.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html">ONNX DequantizeLinear</a>
 */
public record DequantizeLinear(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new DequantizeLinear(
                call.has(0) ? QuantizeLinear.readAxis(call, call.inputType(0).dtype()) : call.axis(1));
    }

    @Override
    public String type() {
        return "DequantizeLinear";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "x");
        TensorType scale = required(inputs, 1, "scale");
        TensorType zeroPoint = required(inputs, 2, "zero_point");
        shapes(
                scale.shape().elements() == 1
                        || (scale.shape().rank() == 1
                                && scale.shape().extent(0)
                                        == x.shape()
                                                .extent(Operands.axis(
                                                        axis, x.shape().rank()))),
                "needs one scale, or one for each index of axis %s; got x=%s, scale=%s",
                axis,
                x,
                scale);
        shapes(
                scale.shape().equals(zeroPoint.shape()),
                "needs scale and zero point of one shape, got %s and %s",
                scale,
                zeroPoint);
        Operands.sameDType(x, zeroPoint);
        return List.of(new TensorType(scale.dtype(), x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "x");
        Tensor scale = required(inputs, 1, "scale");
        Tensor zeroPoint = required(inputs, 2, "zero_point");
        int inner = QuantizeLinear.inner(x.type(), scale.type(), axis);
        int count = scale.elements();
        double[] scales = scale.toDoubles();
        long[] zeroPoints = zeroPoint.toLongs();
        return List.of(Tensor.filled(new TensorType(scale.dtype(), x.shape()), i -> {
            int parameter = i / inner % count;
            return (float) (x.getLong(i) - zeroPoints[parameter]) * scales[parameter];
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        QuantizationScalars scalars = QuantizationScalars.of(node, builder.graph());
        int zero = ProgramBuilder.zeroPoint(builder.graph().type(node.input(0)).dtype(), scalars.zeroPoint());
        builder.map(
                node.output(),
                List.of(builder.view(node.input(0))),
                new Expr.Dequantize(new Expr.Input(0), scalars.scale(), zero));
    }
}
