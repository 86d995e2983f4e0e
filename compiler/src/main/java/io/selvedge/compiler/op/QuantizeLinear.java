package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Float8;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * {@code Y = saturate(round_half_even(X / scale) + zero_point)}, the division in X's precision. Inputs: X, scale, zero_point,
 * both scalars, of the extent of {@code axis}, or one for each {@code block} elements along it. The zero point is always
 * there (import adds it) and gives the dtype of Y.
 *
 * @param block elements along the axis that share a scale; 0 for one scale an index
 * @param saturate whether what is too large for an eight-bit float becomes its largest number
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html">ONNX QuantizeLinear</a>
 */
public record QuantizeLinear(int axis, int block, boolean saturate) implements Op, Lowerable {
    /** One scale, or one for each index of the axis. */
    public QuantizeLinear(int axis) {
        this(axis, 0, true);
    }

    static Op read(OpCall call) {
        return new QuantizeLinear(
                readAxis(call, DType.UINT8), readBlock(call), call.attributes().flag("saturate", true));
    }

    /** Elements that share a scale.
     *  @throws SelvedgeException BAD_ATTRIBUTE when it is negative */
    static int readBlock(OpCall call) {
        int block = call.attributes().index("block_size", 0);
        if (block < 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "block_size is " + block + "; it must not be negative");
        }
        return block;
    }

    /** Axis, made non-negative; adds a zero point of 0 where the file has none. */
    static int readAxis(OpCall call, DType otherwise) {
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

    /** Which scale element i of x has. */
    static IntUnaryOperator parameter(TensorType x, TensorType scale, int axis, int block) {
        int count = Math.toIntExact(scale.shape().elements());
        if (count == 1) {
            return _ -> 0;
        }
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        if (block == 0) {
            return i -> i / inner % count;
        }
        int extent = extents[along];
        int blocks = scale.shape().extent(along);
        return i -> (i / inner / extent * blocks + i / inner % extent / block) * inner + i % inner;
    }

    /** @throws SelvedgeException SHAPE_MISMATCH unless scale and zero point fit x */
    static void checkParameters(TensorType x, TensorType scale, TensorType zeroPoint, int axis, int block) {
        boolean fits = scale.shape().elements() == 1;
        if (!fits && block == 0) {
            int along = Operands.axis(axis, x.shape().rank());
            fits = scale.shape().rank() == 1
                    && scale.shape().extent(0) == x.shape().extent(along);
        } else if (!fits && scale.shape().rank() == x.shape().rank()) {
            int[] extents = x.shape().extents();
            int along = Operands.axis(axis, extents.length);
            extents[along] = (extents[along] + block - 1) / block;
            fits = Arrays.equals(extents, scale.shape().extents());
        }
        shapes(
                fits,
                "needs one scale, or one for each index of axis %s, or one for each block_size of them; "
                        + "got x=%s, scale=%s, block_size=%s",
                axis,
                x,
                scale,
                block);
        // Files write scalars as [] or [1].
        shapes(
                scale.shape().equals(zeroPoint.shape())
                        || (scale.shape().elements() == 1 && zeroPoint.shape().elements() == 1),
                "needs scale and zero point of one shape, got %s and %s",
                scale,
                zeroPoint);
    }

    @Override
    public String type() {
        return "QuantizeLinear";
    }

    @Override
    public Map<String, Object> attributes() {
        return attributes(axis, block, saturate);
    }

    /** What is as usual is not said, so that older readers take the file. */
    static Map<String, Object> attributes(int axis, int block, boolean saturate) {
        Map<String, Object> attributes = new TreeMap<>(Map.of("axis", (long) axis));
        if (block != 0) {
            attributes.put("block_size", (long) block);
        }
        if (!saturate) {
            attributes.put("saturate", 0L);
        }
        return Collections.unmodifiableMap(attributes);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "x");
        TensorType scale = required(inputs, 1, "scale");
        TensorType zeroPoint = required(inputs, 2, "zero_point");
        checkParameters(x, scale, zeroPoint, axis, block);
        Operands.floating(x);
        DType to = zeroPoint.dtype();
        boolean known = switch (to) {
            case INT4, UINT4, INT8, UINT8, INT16, UINT16 -> true;
            default -> to.float8().isPresent();
        };
        if (!known) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "quantises to integers of 4, 8 and 16 bits and to floats of 8 bits, got " + zeroPoint);
        }
        return List.of(new TensorType(zeroPoint.dtype(), x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "x");
        Tensor scale = required(inputs, 1, "scale");
        Tensor zeroPoint = required(inputs, 2, "zero_point");
        IntUnaryOperator parameter = parameter(x.type(), scale.type(), axis, block);
        TensorType type = new TensorType(zeroPoint.dtype(), x.shape());
        float[] values = x.toFloats();
        float[] scales = scale.toFloats();
        Optional<Float8> float8 = zeroPoint.dtype().float8();
        if (float8.isPresent()) {
            byte[] codes = new byte[values.length];
            for (int i = 0; i < codes.length; i++) {
                int at = parameter.applyAsInt(i);
                codes[i] = float8.get().encode(values[i] / scales[at] + zeroPoint.getFloat(at), saturate);
            }
            return List.of(Tensor.of(type, codes));
        }
        long low = lowest(zeroPoint.dtype());
        long high = highest(zeroPoint.dtype());
        long[] zeroPoints = zeroPoint.toLongs();
        return List.of(Tensor.integers(type, i -> {
            int at = parameter.applyAsInt(i);
            return Math.clamp((long) Math.rint(values[i] / scales[at]) + zeroPoints[at], low, high);
        }));
    }

    /** Smallest value of an integer dtype of at most 32 bits. */
    public static long lowest(DType dtype) {
        return switch (dtype) {
            case INT4 -> -8;
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            default -> 0;
        };
    }

    /** Largest value of an integer dtype of at most 32 bits. */
    public static long highest(DType dtype) {
        return switch (dtype) {
            case INT4 -> 7;
            case UINT4 -> 15;
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 255;
            case INT16 -> Short.MAX_VALUE;
            case UINT16 -> 65535;
            default -> Integer.MAX_VALUE;
        };
    }

    /** {@code min(max(x, lo), hi)}; a NaN stays. */
    static Expr between(Expr x, double lo, double hi) {
        return new Expr.Binary(
                Expr.BinaryOp.MIN,
                new Expr.Binary(Expr.BinaryOp.MAX, x, MapLowering.number(lo)),
                MapLowering.number(hi));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Graph graph = builder.graph();
        DType out = graph.type(node.output()).dtype();
        Optional<QuantizationScalars> scalars = QuantizationScalars.of(node, graph);
        boolean bytes = out == DType.INT8 || out == DType.UINT8;
        if (scalars.isEmpty() || !bytes || graph.type(node.input(0)).dtype() != DType.FLOAT32) {
            QuantizationLowering.quantize(node, builder, this);
            return;
        }
        int low = out == DType.INT8 ? -128 : 0;
        int shift = ProgramBuilder.zeroPoint(out, 0);
        Expr expr = new Expr.Quantize(
                new Expr.Input(0),
                scalars.get().scale(),
                scalars.get().zeroPoint() + shift,
                low + shift,
                low + shift + 255);
        builder.map(node.output(), List.of(builder.view(node.input(0))), expr);
    }
}
