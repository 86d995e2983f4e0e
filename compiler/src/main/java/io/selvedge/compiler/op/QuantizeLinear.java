package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
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
 * {@code Y = saturate(round_half_even(X / scale) + zero_point)}, the division in X's precision. Inputs: X, scale, zero_point,
 * both scalars or of the extent of {@code axis}. The zero point is always there (import adds it) and gives the dtype of Y.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html">ONNX QuantizeLinear</a>
 */
public record QuantizeLinear(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new QuantizeLinear(readAxis(call, DType.UINT8));
    }

    /** Axis, made non-negative; adds a zero point of 0 where the file has none. */
    static int readAxis(OpCall call, DType otherwise) {
        if (call.attributes().integer("block_size", 0) != 0) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP, "block-wise quantisation (block_size) is not supported");
        }
        if (call.has(1) && !call.has(2)) {
            int code = call.attributes().index("output_dtype", 0);
            DType dtype = DType.ofOnnxCode(code).orElse(otherwise);
            call.set(
                    2,
                    "zero_point",
                    Tensor.integers(new TensorType(dtype, call.inputType(1).shape()), _ -> 0));
        }
        int axis = call.attributes().index("axis", 1);
        return axis < 0 && call.has(0) ? axis + call.inputType(0).shape().rank() : axis;
    }

    /** {@code 1} inner, then the extent of the axis: parameter of element i is {@code i / inner % count}. */
    static int inner(TensorType x, TensorType scale, int axis) {
        return scale.shape().elements() == 1
                ? 1
                : Strides.product(
                        x.shape().extents(),
                        Operands.axis(axis, x.shape().rank()) + 1,
                        x.shape().rank());
    }

    @Override
    public String type() {
        return "QuantizeLinear";
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
        Operands.floating(x);
        if (zeroPoint.dtype().bytes() > 2 || zeroPoint.dtype().isFloat()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE, "quantises to 8- and 16-bit integers, got " + zeroPoint);
        }
        return List.of(new TensorType(zeroPoint.dtype(), x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "x");
        Tensor scale = required(inputs, 1, "scale");
        Tensor zeroPoint = required(inputs, 2, "zero_point");
        int inner = inner(x.type(), scale.type(), axis);
        int count = scale.elements();
        long low = lowest(zeroPoint.dtype());
        long high = highest(zeroPoint.dtype());
        float[] values = x.toFloats();
        float[] scales = scale.toFloats();
        long[] zeroPoints = zeroPoint.toLongs();
        return List.of(Tensor.integers(new TensorType(zeroPoint.dtype(), x.shape()), i -> {
            int parameter = i / inner % count;
            return Math.clamp((long) Math.rint(values[i] / scales[parameter]) + zeroPoints[parameter], low, high);
        }));
    }

    /** Smallest value of an integer dtype of at most 32 bits. */
    public static long lowest(DType dtype) {
        return switch (dtype) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            default -> 0;
        };
    }

    /** Largest value of an integer dtype of at most 32 bits. */
    public static long highest(DType dtype) {
        return switch (dtype) {
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 255;
            case INT16 -> Short.MAX_VALUE;
            case UINT16 -> 65535;
            default -> Integer.MAX_VALUE;
        };
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Graph graph = builder.graph();
        DType out = graph.type(node.output()).dtype();
        int low = out == DType.INT8 ? -128 : 0;
        int shift = ProgramBuilder.zeroPoint(out, 0);
        QuantizationScalars scalars = QuantizationScalars.of(node, graph);
        Expr expr = new Expr.Quantize(
                new Expr.Input(0), scalars.scale(), scalars.zeroPoint() + shift, low + shift, low + shift + 255);
        builder.map(node.output(), List.of(builder.view(node.input(0))), expr);
    }
}
