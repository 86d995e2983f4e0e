package io.selvedge.compiler.ir;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** An immutable dense tensor: row-major, little-endian. Elements are read as double or long whatever the dtype, or as texts. */
public final class Tensor {
    private final TensorType type;
    private final ByteBuffer data;
    /** Elements of a tensor of strings, which has no bytes; else empty. */
    private final List<String> texts;

    private Tensor(TensorType type, ByteBuffer data) {
        this(type, data, List.of());
    }

    private Tensor(TensorType type, ByteBuffer data, List<String> texts) {
        this.type = type;
        this.data = data;
        this.texts = List.copyOf(texts);
        if (type.dtype() == DType.STRING && texts.size() != type.shape().elements()) {
            throw new IllegalArgumentException(
                    type + " needs " + type.shape().elements() + " strings, got " + texts.size());
        }
        if (data.capacity() != type.shape().elements() * type.dtype().bytes()) {
            throw new IllegalArgumentException(type + " needs "
                    + type.shape().elements() * type.dtype().bytes() + " bytes, got " + data.capacity());
        }
    }

    /** A view of little-endian bytes from the buffer's position to its limit, which nobody changes any more. */
    public static Tensor view(TensorType type, ByteBuffer littleEndian) {
        return new Tensor(type, littleEndian.slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Wraps little-endian bytes; the caller gives the array away. */
    public static Tensor of(TensorType type, byte[] littleEndian) {
        return new Tensor(type, ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** float32 values; the extents default to those of a scalar. */
    public static Tensor floats(float[] values, long... extents) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new Tensor(TensorType.of(DType.FLOAT32, extents), buffer);
    }

    /** int64 values; the extents default to those of a scalar. */
    public static Tensor longs(long[] values, long... extents) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asLongBuffer().put(values);
        return new Tensor(TensorType.of(DType.INT64, extents), buffer);
    }

    /** Strings; the extents default to those of a scalar. */
    public static Tensor texts(List<String> values, long... extents) {
        return new Tensor(TensorType.of(DType.STRING, extents), ByteBuffer.allocate(0), values);
    }

    /** Strings of a shape, element by element. */
    public static Tensor texts(Shape shape, IntFunction<String> value) {
        List<String> values = IntStream.range(0, Math.toIntExact(shape.elements()))
                .mapToObj(value)
                .toList();
        return new Tensor(new TensorType(DType.STRING, shape), ByteBuffer.allocate(0), values);
    }

    /** Builds a tensor element by element; values are rounded or truncated to the dtype as a Java cast does. */
    public static Tensor filled(TensorType type, java.util.function.IntToDoubleFunction value) {
        int count = Math.toIntExact(type.shape().elements());
        ByteBuffer buffer = ByteBuffer.allocate(count * type.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(buffer, type.dtype(), i, value.applyAsDouble(i));
        }
        return new Tensor(type, buffer);
    }

    /** Builds a tensor of an integer or boolean dtype element by element; values wrap as a Java cast does. */
    public static Tensor integers(TensorType type, java.util.function.IntToLongFunction value) {
        int count = Math.toIntExact(type.shape().elements());
        ByteBuffer buffer = ByteBuffer.allocate(count * type.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(buffer, type.dtype(), i, value.applyAsLong(i));
        }
        return new Tensor(type, buffer);
    }

    private static void put(ByteBuffer buffer, DType dtype, int i, long v) {
        switch (dtype) {
            case INT8, UINT8, BOOL -> buffer.put(i, (byte) v);
            case INT16, UINT16 -> buffer.putShort(i * 2, (short) v);
            case INT32, UINT32 -> buffer.putInt(i * 4, (int) v);
            case INT64, UINT64 -> buffer.putLong(i * 8, v);
            case INT4 -> buffer.put(i, (byte) (v << 60 >> 60));
            case UINT4 -> buffer.put(i, (byte) (v & 0xf));
            case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ ->
                put(buffer, dtype, i, (double) v);
            case STRING -> throw notNumbers();
        }
    }

    private static short toBfloat16(float v) {
        int bits = Float.floatToRawIntBits(v);
        return (short) (Float.isNaN(v) ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    private static void put(ByteBuffer buffer, DType dtype, int i, double v) {
        switch (dtype) {
            case FLOAT32 -> buffer.putFloat(i * 4, (float) v);
            case FLOAT64 -> buffer.putDouble(i * 8, v);
            case FLOAT16 -> buffer.putShort(i * 2, Float.floatToFloat16((float) v));
            case BFLOAT16 -> buffer.putShort(i * 2, toBfloat16((float) v));
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ ->
                buffer.put(i, dtype.float8().orElseThrow().encode(v, true));
            case UINT64 -> buffer.putLong(i * 8, unsigned(v));
            case INT8, UINT8, BOOL, INT16, UINT16, INT32, UINT32, INT64, INT4, UINT4 -> put(buffer, dtype, i, (long) v);
            case STRING -> throw notNumbers();
        }
    }

    /** From 2^63 on a number of 53 bits is even. */
    private static long unsigned(double v) {
        if (!(v >= 0x1p63)) {
            return (long) v;
        }
        return v < 0x1p64 ? (long) (v / 2) << 1 : -1;
    }

    private static SelvedgeException notNumbers() {
        return new SelvedgeException(
                ErrorCode.UNSUPPORTED_DTYPE, "strings are no numbers; the operator computes with numbers");
    }

    /** Element type and shape. */
    public TensorType type() {
        return type;
    }

    /** Element type. */
    public DType dtype() {
        return type.dtype();
    }

    /** A static shape. */
    public Shape shape() {
        return type.shape();
    }

    /** Number of elements. */
    public int elements() {
        return Math.toIntExact(type.shape().elements());
    }

    /** Element in row-major order; integers beyond 2^53 lose digits. */
    public double getDouble(int i) {
        return switch (type.dtype()) {
            case FLOAT32 -> data.getFloat(i * 4);
            case FLOAT64 -> data.getDouble(i * 8);
            case FLOAT16 -> Float.float16ToFloat(data.getShort(i * 2));
            case BFLOAT16 -> Float.intBitsToFloat(data.getShort(i * 2) << 16);
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ ->
                type.dtype().float8().orElseThrow().decode(data.get(i));
            case UINT64 -> {
                long bits = data.getLong(i * 8);
                yield bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
            }
            default -> getLong(i);
        };
    }

    /** Element in row-major order, rounded to float32. */
    public float getFloat(int i) {
        return type.dtype() == DType.FLOAT32 ? data.getFloat(i * 4) : (float) getDouble(i);
    }

    /** Element in row-major order; floats are truncated, booleans are 0 or 1, uint64 wraps. */
    public long getLong(int i) {
        return switch (type.dtype()) {
            case INT8, INT4 -> data.get(i);
            case UINT8, BOOL, UINT4 -> data.get(i) & 0xff;
            case INT16 -> data.getShort(i * 2);
            case UINT16 -> data.getShort(i * 2) & 0xffff;
            case INT32 -> data.getInt(i * 4);
            case UINT32 -> data.getInt(i * 4) & 0xffffffffL;
            case INT64, UINT64 -> data.getLong(i * 8);
            case STRING -> throw notNumbers();
            default -> (long) getDouble(i);
        };
    }

    /** Element of a tensor of strings in row-major order. */
    public String getText(int i) {
        return texts.get(i);
    }

    /** All elements of a tensor of strings. */
    public List<String> toTexts() {
        return texts;
    }

    /** All elements as {@link #getFloat} gives them. */
    public float[] toFloats() {
        float[] values = new float[elements()];
        if (type.dtype() == DType.FLOAT32) {
            bytes().asFloatBuffer().get(values);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = getFloat(i);
        }
        return values;
    }

    /** All elements as {@link #getLong} gives them. */
    public long[] toLongs() {
        long[] values = new long[elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = getLong(i);
        }
        return values;
    }

    /** All elements as {@link #getDouble} gives them. */
    public double[] toDoubles() {
        double[] values = new double[elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = getDouble(i);
        }
        return values;
    }

    /** Bitwise: element i of the result is element {@code sources[i]} of this tensor, zero or "" where that is negative. */
    public Tensor select(Shape shape, int[] sources) {
        if (type.dtype() == DType.STRING) {
            return texts(shape, i -> sources[i] < 0 ? "" : texts.get(sources[i]));
        }
        int width = type.dtype().bytes();
        ByteBuffer buffer = ByteBuffer.allocate(sources.length * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] >= 0) {
                switch (width) {
                    case 1 -> buffer.put(i, data.get(sources[i]));
                    case 2 -> buffer.putShort(i * 2, data.getShort(sources[i] * 2));
                    case 4 -> buffer.putInt(i * 4, data.getInt(sources[i] * 4));
                    default -> buffer.putLong(i * 8, data.getLong(sources[i] * 8));
                }
            }
        }
        return new Tensor(new TensorType(type.dtype(), shape), buffer);
    }

    /** The bytes, read only, little-endian, position 0. */
    public ByteBuffer bytes() {
        return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN).rewind();
    }

    /** The same elements under another shape of as many elements. */
    public Tensor reshaped(Shape shape) {
        return new Tensor(new TensorType(type.dtype(), shape), data, texts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that
                && type.equals(that.type)
                && bytes().equals(that.bytes())
                && texts.equals(that.texts);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * type.hashCode() + bytes().hashCode()) + texts.hashCode();
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
