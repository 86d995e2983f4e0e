package io.selvedge.compress.deploy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.eval.ModelRunner;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A loaded bundle under the metrics of {@code compress.eval}. */
public record SessionRunner(Session session) implements ModelRunner {
    /**
     * @throws SelvedgeException BAD_DATA for a missing input, SHAPE_MISMATCH for another number of values, DTYPE_MISMATCH for one
     *     that the input's type does not have
     */
    @Override
    public float[][] run(Map<String, float[]> inputs) {
        for (TensorBuffer tensor : session.inputs()) {
            float[] values = inputs.get(tensor.name());
            if (values == null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "the model needs an input '" + tensor.name() + "'; the data gives " + inputs.keySet()
                                + "; name them alike");
            }
            put(tensor, values);
        }
        session.run();
        List<TensorBuffer> outputs = session.outputs();
        float[][] results = new float[outputs.size()][];
        for (int i = 0; i < results.length; i++) {
            results[i] = outputs.get(i).toFloats();
        }
        return results;
    }

    private static void put(TensorBuffer tensor, float[] values) {
        if (values.length != tensor.elementCount()) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "input '" + tensor.name() + "' has shape " + tensor.shape() + " = " + tensor.elementCount()
                            + " values; the data gives " + values.length);
        }
        ByteBuffer bytes = tensor.bytes();
        for (float value : values) {
            if (!holds(tensor.dtype(), value)) {
                throw new SelvedgeException(
                        ErrorCode.DTYPE_MISMATCH,
                        "input '" + tensor.name() + "' is " + tensor.dtype().onnxName() + "; the data gives " + value
                                + ", which it cannot hold; correct dtype, offset and scale of the data");
            }
            switch (tensor.dtype()) {
                case FLOAT32 -> bytes.putFloat(value);
                case FLOAT64 -> bytes.putDouble(value);
                case FLOAT16 -> bytes.putShort(Float.floatToFloat16(value));
                case BFLOAT16 -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                case INT8, UINT8, BOOL -> bytes.put((byte) (int) value);
                case INT16, UINT16 -> bytes.putShort((short) (int) value);
                case INT32, UINT32 -> bytes.putInt((int) (long) value);
                case INT64, UINT64 -> bytes.putLong((long) value);
            }
        }
    }

    /** Integers hold whole numbers of their range, floats hold everything. */
    private static boolean holds(DType dtype, float value) {
        int bits = 8 * dtype.byteCount();
        return switch (dtype) {
            case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> true;
            case BOOL -> value == 0 || value == 1;
            case INT8, INT16, INT32, INT64 ->
                value == Math.rint(value) && value >= -Math.scalb(1.0, bits - 1) && value < Math.scalb(1.0, bits - 1);
            case UINT8, UINT16, UINT32, UINT64 ->
                value == Math.rint(value) && value >= 0 && value < Math.scalb(1.0, bits);
        };
    }
}
