package io.selvedge.testkit.tflite;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A TFLite file of one graph, tensor by tensor and operator by operator. Tensors are the numbers that the calls return. */
public final class TfliteWriter {
    private final List<Fields> tensors = new ArrayList<>();
    private final List<Fields> buffers = new ArrayList<>(List.of(Fields.of()));
    private final Map<String, Integer> codes = new LinkedHashMap<>();
    private final List<Fields> codeTables = new ArrayList<>();
    private final List<Fields> operators = new ArrayList<>();
    private final List<Integer> inputs = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();

    /** Steps of a tensor. */
    public record Steps(float scale, long zero) {
        Fields table() {
            return perChannel(0, new float[] {scale}, new long[] {zero});
        }
    }

    /** A quantisation table with one scale for each index of an axis. */
    public static Fields perChannel(int axis, float[] scales, long[] zeros) {
        return Fields.of().set(2, scales).set(3, zeros).set(6, axis);
    }

    public int input(String name, DType dtype, int... extents) {
        return input(tensor(name, dtype, extents));
    }

    public int input(String name, DType dtype, Steps steps, int... extents) {
        return input(tensor(name, dtype, steps, extents));
    }

    private int input(int tensor) {
        inputs.add(tensor);
        return tensor;
    }

    /** A tensor that an operator writes. */
    public int tensor(String name, DType dtype, int... extents) {
        tensors.add(Fields.of().set(0, extents).set(1, (byte) code(dtype)).set(3, name));
        return tensors.size() - 1;
    }

    public int tensor(String name, DType dtype, Steps steps, int... extents) {
        int tensor = tensor(name, dtype, extents);
        tensors.get(tensor).set(4, steps.table());
        return tensor;
    }

    public int constant(String name, Tensor value) {
        byte[] bytes = new byte[value.bytes().remaining()];
        value.bytes().get(bytes);
        return constant(name, value.dtype(), bytes, value.shape().extents());
    }

    public int constant(String name, Tensor value, Fields quantization) {
        int tensor = constant(name, value);
        tensors.get(tensor).set(4, quantization);
        return tensor;
    }

    public int integers(String name, int... values) {
        return constant(
                name,
                Tensor.integers(io.selvedge.compiler.ir.TensorType.of(DType.INT32, values.length), i -> values[i]));
    }

    private int constant(String name, DType dtype, byte[] bytes, int... extents) {
        int tensor = tensor(name, dtype, extents);
        tensors.get(tensor).set(2, buffers.size());
        buffers.add(Fields.of().set(0, bytes));
        return tensor;
    }

    /** The table of a tensor, to say what no other call says. */
    public Fields table(int tensor) {
        return tensors.get(tensor);
    }

    /** An operator without options. */
    public void operator(int code, int[] reads, int... writes) {
        operator(code, 0, Fields.of(), reads, writes);
    }

    /**
     * An operator.
     *
     * @param optionsKind number of its options in the format's union
     */
    public void operator(int code, int optionsKind, Fields options, int[] reads, int... writes) {
        operator(code, "", optionsKind, options, reads, writes);
    }

    public void custom(String name, int[] reads, int... writes) {
        operator(32, name, 0, Fields.of(), reads, writes);
    }

    private void operator(int code, String custom, int optionsKind, Fields options, int[] reads, int... writes) {
        int index = codes.computeIfAbsent(code + custom, _ -> {
            Fields table =
                    Fields.of().set(0, (byte) Math.min(code, 127)).set(3, code).set(2, 1);
            codeTables.add(custom.isEmpty() ? table : table.set(1, custom));
            return codeTables.size() - 1;
        });
        Fields operator = Fields.of().set(0, index).set(1, reads).set(2, writes);
        if (optionsKind != 0) {
            operator.set(3, (byte) optionsKind).set(4, options);
        }
        operators.add(operator);
    }

    /** Version of the last operator's code, which other readers look at. */
    public TfliteWriter version(int version) {
        codeTables.getLast().set(2, version);
        return this;
    }

    public TfliteWriter output(int... results) {
        for (int result : results) {
            outputs.add(result);
        }
        return this;
    }

    public byte[] bytes() {
        return model(List.of(graph())).file("TFL3");
    }

    public Fields graph() {
        return Fields.of()
                .set(0, tensors)
                .set(1, array(inputs))
                .set(2, array(outputs))
                .set(3, operators)
                .set(4, "main");
    }

    /** The whole model with these graphs, so that tests can break it. */
    public Fields model(List<Fields> graphs) {
        return Fields.of().set(0, 3).set(1, codeTables).set(2, graphs).set(4, buffers);
    }

    private static int[] array(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int code(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 0;
            case FLOAT16 -> 1;
            case INT32 -> 2;
            case UINT8 -> 3;
            case INT64 -> 4;
            case BOOL -> 6;
            case INT16 -> 7;
            case INT8 -> 9;
            case FLOAT64 -> 10;
            case UINT64 -> 12;
            case UINT32 -> 15;
            case UINT16 -> 16;
            case BFLOAT16 -> 18;
            case STRING, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, UINT4, INT4 ->
                throw new IllegalArgumentException("set the number of " + dtype + " in the tensor's table");
        };
    }
}
