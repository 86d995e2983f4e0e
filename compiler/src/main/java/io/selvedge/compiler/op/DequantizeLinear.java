package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
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
import java.util.function.IntUnaryOperator;

/**
 * {@code Y = (X - zero_point) * scale}; the difference is exact, the product rounds to the scale's dtype. Inputs: X
 * (integers of up to 32 bits, floats of 8), scale, zero_point of X's dtype, both scalars, of the extent of {@code axis}, or
 * one for each {@code block} elements along it. The zero point is always there.
 *
 * @param block elements along the axis that share a scale; 0 for one scale an index
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html">ONNX DequantizeLinear</a>
 */
public record DequantizeLinear(int axis, int block) implements Op, Lowerable {
    /** One scale, or one for each index of the axis. */
    public DequantizeLinear(int axis) {
        this(axis, 0);
    }

    static Op read(OpCall call) {
        return new DequantizeLinear(
                call.has(0) ? QuantizeLinear.readAxis(call, call.inputType(0).dtype()) : call.axis(1),
                QuantizeLinear.readBlock(call));
    }

    @Override
    public String type() {
        return "DequantizeLinear";
    }

    @Override
    public Map<String, Object> attributes() {
        return QuantizeLinear.attributes(axis, block, true);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "x");
        TensorType scale = required(inputs, 1, "scale");
        TensorType zeroPoint = required(inputs, 2, "zero_point");
        QuantizeLinear.checkParameters(x, scale, zeroPoint, axis, block);
        Operands.sameDType(x, zeroPoint);
        return List.of(new TensorType(scale.dtype(), x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "x");
        Tensor scale = required(inputs, 1, "scale");
        Tensor zeroPoint = required(inputs, 2, "zero_point");
        IntUnaryOperator parameter = QuantizeLinear.parameter(x.type(), scale.type(), axis, block);
        double[] scales = scale.toDoubles();
        double[] zeroPoints = zeroPoint.toDoubles();
        return List.of(Tensor.filled(new TensorType(scale.dtype(), x.shape()), i -> {
            int at = parameter.applyAsInt(i);
            return (float) (x.getDouble(i) - zeroPoints[at]) * scales[at];
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        DType dtype = builder.graph().type(node.input(0)).dtype();
        Optional<QuantizationScalars> scalars = QuantizationScalars.of(node, builder.graph());
        boolean bytes = dtype == DType.INT8 || dtype == DType.UINT8;
        if (scalars.isEmpty() || !bytes || builder.graph().type(node.output()).dtype() != DType.FLOAT32) {
            QuantizationLowering.dequantize(node, builder, this);
            return;
        }
        int zero = ProgramBuilder.zeroPoint(dtype, scalars.get().zeroPoint());
        builder.map(
                node.output(),
                List.of(builder.view(node.input(0))),
                new Expr.Dequantize(new Expr.Input(0), scalars.get().scale(), zero));
    }
}
