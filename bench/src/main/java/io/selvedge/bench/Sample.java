package io.selvedge.bench;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** One set of inputs, as little-endian bytes in direct memory, the same for every contender. */
record Sample(Map<String, TensorType> types, Map<String, ByteBuffer> bytes) {
    /** Uniform values in [-1, 1), for integers their whole range; latencies of these networks do not depend on them. */
    static Sample random(Graph graph, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, float[]> values = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            float[] array = new float[Math.toIntExact(type.shape().elements())];
            for (int i = 0; i < array.length; i++) {
                array[i] = type.dtype().isFloat() ? (float) random.nextDouble(-1, 1) : random.nextInt(0, 100);
            }
            values.put(input, array);
        }
        return of(graph, values);
    }

    /** Values in [low, high) but for inputs that hold one value; integers are in [0, 100). */
    static Sample random(Graph graph, long seed, SuiteModel model) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, float[]> values = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            float[] array = new float[Math.toIntExact(type.shape().elements())];
            for (int i = 0; i < array.length; i++) {
                array[i] = model.fill().containsKey(input)
                        ? Objects.requireNonNull(model.fill().get(input))
                        : type.dtype().isFloat()
                                ? (float) random.nextDouble(model.low(), model.high())
                                : random.nextInt(0, 100);
            }
            values.put(input, array);
        }
        return of(graph, values);
    }

    /** The same inputs for a graph that takes them in another form. */
    Sample mapped(Graph graph, BiFunction<String, ByteBuffer, ByteBuffer> form) {
        Map<String, TensorType> others = new LinkedHashMap<>();
        Map<String, ByteBuffer> moved = new LinkedHashMap<>();
        bytes.forEach((name, from) -> {
            others.put(name, graph.type(name));
            moved.put(name, form.apply(name, from));
        });
        return new Sample(others, moved);
    }

    static Sample of(Graph graph, Map<String, float[]> values) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            float[] array = java.util.Objects.requireNonNull(values.get(input), input);
            ByteBuffer buffer = ByteBuffer.allocateDirect(
                            array.length * type.dtype().bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (float value : array) {
                put(buffer, type.dtype(), value);
            }
            types.put(input, type);
            bytes.put(input, buffer.flip());
        }
        return new Sample(types, bytes);
    }

    private static void put(ByteBuffer buffer, DType dtype, float value) {
        switch (dtype) {
            case FLOAT32 -> buffer.putFloat(value);
            case FLOAT64 -> buffer.putDouble(value);
            case INT8, UINT8, BOOL -> buffer.put((byte) (int) value);
            case INT16, UINT16 -> buffer.putShort((short) (int) value);
            case INT32, UINT32 -> buffer.putInt((int) value);
            case INT64, UINT64 -> buffer.putLong((long) value);
            case FLOAT16 -> buffer.putShort(Float.floatToFloat16(value));
            case BFLOAT16 -> buffer.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
            case STRING, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, UINT4, INT4 ->
                throw new IllegalStateException("native code takes no " + dtype.text());
        }
    }
}
