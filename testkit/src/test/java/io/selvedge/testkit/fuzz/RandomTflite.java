package io.selvedge.testkit.fuzz;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.tflite.TfliteCatalog;
import io.selvedge.testkit.tflite.Fields;
import io.selvedge.testkit.tflite.TfliteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** TFLite files of one to three operators that the importer knows, with operands and options that may or may not fit. */
final class RandomTflite {
    private static final DType[] DTYPES = {
        DType.FLOAT32, DType.FLOAT32, DType.INT8, DType.INT8, DType.UINT8, DType.INT32, DType.INT16, DType.BOOL
    };

    private final IntUnaryOperator below;
    private final TfliteWriter file = new TfliteWriter();
    private final List<Integer> visible = new ArrayList<>();

    /** @param below a number from zero up to, but not including, its argument */
    RandomTflite(IntUnaryOperator below) {
        this.below = below;
    }

    private int pick(int bound) {
        return below.applyAsInt(bound);
    }

    byte[] draw() {
        DType dtype = DTYPES[pick(DTYPES.length)];
        int[] extents = IntStream.range(0, 1 + pick(4)).map(_ -> 1 + pick(4)).toArray();
        TfliteWriter.Steps steps = new TfliteWriter.Steps(0.1f * (1 + pick(4)), pick(3));
        boolean quantized = dtype == DType.INT8 || dtype == DType.UINT8;
        visible.add(quantized ? file.input("x", dtype, steps, extents) : file.input("x", dtype, extents));
        int operators = 1 + pick(3);
        for (int i = 0; i < operators; i++) {
            operator(dtype, quantized, steps, extents, "t" + i);
        }
        return file.output(visible.getLast()).bytes();
    }

    private void operator(DType dtype, boolean quantized, TfliteWriter.Steps steps, int[] extents, String name) {
        TfliteCatalog.Supported kind = TfliteCatalog.SUPPORTED.get(pick(TfliteCatalog.SUPPORTED.size()));
        int[] reads = new int[1 + pick(4)];
        reads[0] = visible.getLast();
        for (int i = 1; i < reads.length; i++) {
            reads[i] = switch (pick(3)) {
                case 0 -> visible.get(pick(visible.size()));
                case 1 ->
                    file.integers(
                            name + "i" + i,
                            IntStream.range(0, 1 + pick(4))
                                    .map(_ -> pick(6) - 1)
                                    .toArray());
                default -> {
                    int[] shape =
                            IntStream.range(0, pick(5)).map(_ -> 1 + pick(3)).toArray();
                    long[] longs = IntStream.of(shape).asLongStream().toArray();
                    yield file.constant(
                            name + "c" + i,
                            Tensor.filled(TensorType.of(dtype, longs), k -> k % 3),
                            TfliteWriter.perChannel(0, new float[] {steps.scale()}, new long[] {steps.zero()}));
                }
            };
        }
        Fields options = Fields.of();
        for (int field = pick(7); field > 0; field--) {
            int value = pick(4);
            options.set(field - 1, pick(2) == 0 ? (Object) (byte) value : (Object) value);
        }
        int[] out = pick(2) == 0
                ? extents
                : IntStream.range(0, pick(5)).map(_ -> 1 + pick(4)).toArray();
        int result = quantized ? file.tensor(name, dtype, steps, out) : file.tensor(name, dtype, out);
        file.operator(kind.number(), 1, options, reads, result);
        visible.add(result);
    }
}
