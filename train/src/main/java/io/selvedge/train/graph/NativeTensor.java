package io.selvedge.train.graph;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Tensors of graphs as libtorch's and back. Floats have one width for the whole graph; integers of up to 16 bits, which are
 * codes of quantisation or pixels, are floats too, so that gradients pass; the others are int64, booleans are booleans.
 */
public final class NativeTensor {
    private NativeTensor() {}

    static boolean isFloating(DType dtype) {
        return dtype.isFloat() || (dtype.bytes() <= 2 && dtype != DType.BOOL && dtype != DType.STRING);
    }

    /** libtorch's type for a graph's, where floats are {@code floating}. */
    static ScalarType typeOf(DType dtype, ScalarType floating) {
        if (isFloating(dtype)) {
            return floating;
        }
        return dtype == DType.BOOL ? ScalarType.Bool : ScalarType.Long;
    }

    /** Extents as libtorch takes them. */
    public static long[] extents(Shape shape) {
        return Arrays.stream(shape.extents()).asLongStream().toArray();
    }

    /** A copy in libtorch's memory, in the innermost open scope. */
    static Tensor of(io.selvedge.compiler.ir.Tensor tensor, ScalarType floating) {
        long[] extents = extents(tensor.shape());
        Tensor flat;
        if (!isFloating(tensor.dtype())) {
            flat = Tensor.create(tensor.toLongs());
        } else if (floating == ScalarType.Double) {
            flat = Tensor.create(tensor.toDoubles());
        } else {
            flat = Tensor.create(tensor.toFloats());
        }
        Tensor shaped = flat.reshape(extents);
        return tensor.dtype() == DType.BOOL ? shaped.toType(ScalarType.Bool) : shaped;
    }

    /** float32 values, shaped. */
    public static Tensor floats(float[] values, long... extents) {
        return Tensor.create(values).reshape(extents);
    }

    /** Values of a floating tensor, row by row, as float32. */
    public static float[] toFloats(Tensor tensor) {
        Tensor dense = tensor.detach().toType(ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(dense.numel())];
        if (values.length > 0) {
            FloatBuffer buffer = dense.createBuffer();
            buffer.get(values);
        }
        return values;
    }

    static double[] toDoubles(Tensor tensor) {
        Tensor dense = tensor.detach().toType(ScalarType.Double).contiguous();
        double[] values = new double[Math.toIntExact(dense.numel())];
        if (values.length > 0) {
            DoubleBuffer buffer = dense.createBuffer();
            buffer.get(values);
        }
        return values;
    }

    /** A copy for a graph, with the dtype that it has there. */
    public static io.selvedge.compiler.ir.Tensor toGraph(Tensor tensor, DType dtype) {
        Shape shape = Shape.of(tensor.shape());
        if (dtype == DType.FLOAT32) {
            return io.selvedge.compiler.ir.Tensor.floats(toFloats(tensor), tensor.shape());
        }
        if (isFloating(dtype) || dtype == DType.BOOL) {
            double[] values = toDoubles(tensor);
            return io.selvedge.compiler.ir.Tensor.filled(new TensorType(dtype, shape), i -> values[i]);
        }
        Tensor dense = tensor.toType(ScalarType.Long).contiguous();
        long[] values = new long[Math.toIntExact(dense.numel())];
        if (values.length > 0) {
            java.nio.LongBuffer buffer = dense.createBuffer();
            buffer.get(values);
        }
        return io.selvedge.compiler.ir.Tensor.integers(new TensorType(dtype, shape), i -> values[i]);
    }
}
