package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tensor as the file declares it.
 *
 * @param extents as in the file, which may hold -1
 * @param signature extents in which -1 stands for what a caller chooses; empty where all are fixed
 * @param code number of its element type
 * @param buffer index of the buffer that holds a constant's elements; 0 for none
 */
record TfliteTensor(
        int index,
        String name,
        List<Integer> extents,
        List<Integer> signature,
        int code,
        long buffer,
        Optional<Steps> steps,
        boolean variable,
        boolean sparse) {
    private static final int MOST_AXES = 8;
    private static final List<String> ELEMENT_TYPES = List.of(
            "FLOAT32",
            "FLOAT16",
            "INT32",
            "UINT8",
            "INT64",
            "STRING",
            "BOOL",
            "INT16",
            "COMPLEX64",
            "INT8",
            "FLOAT64",
            "COMPLEX128",
            "UINT64",
            "RESOURCE",
            "VARIANT",
            "UINT32",
            "UINT16",
            "INT4",
            "BFLOAT16");
    static final int INT4 = 17;

    TfliteTensor {
        extents = List.copyOf(extents);
        signature = List.copyOf(signature);
    }

    /**
     * Scale and zero point, one or one per index of an axis: {@code real = scale * (integer - zero)}.
     *
     * @param axis that the scales belong to when there are several
     */
    record Steps(List<Float> scales, List<Long> zeros, int axis) {
        Steps {
            scales = List.copyOf(scales);
            zeros = List.copyOf(zeros);
        }

        boolean single() {
            return scales.size() == 1;
        }

        float scale(int channel) {
            return scales.get(single() ? 0 : channel);
        }

        long zero(int channel) {
            return zeros.get(single() ? 0 : channel);
        }
    }

    static TfliteTensor read(FlatTable table, int index, String file) {
        String name = table.text(3);
        List<Integer> extents = table.integers(0);
        if (extents.size() > MOST_AXES) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "tensor '" + name + "' has " + extents.size() + " axes; at most " + MOST_AXES + " are supported ("
                            + file + ")");
        }
        return new TfliteTensor(
                index,
                name.isEmpty() ? "tensor_" + index : name,
                extents,
                table.integers(7),
                table.small(1, 0),
                table.unsigned(2),
                table.table(4).flatMap(steps -> steps(steps, name, file)),
                table.flag(5),
                table.has(6));
    }

    private static Optional<Steps> steps(FlatTable table, String name, String file) {
        float[] scales = table.reals(2);
        long[] zeros = table.longs(3);
        if (scales.length == 0) {
            return Optional.empty();
        }
        List<Float> list = new ArrayList<>();
        List<Long> zeroList = new ArrayList<>();
        for (int i = 0; i < scales.length; i++) {
            list.add(scales[i]);
            zeroList.add(zeros.length == 0 ? 0 : zeros[zeros.length == 1 ? 0 : Math.min(i, zeros.length - 1)]);
            if (!(scales[i] > 0) || Float.isInfinite(scales[i])) {
                throw new SelvedgeException(
                        ErrorCode.BAD_MODEL,
                        "tensor '" + name + "' has the scale " + scales[i] + "; a scale is finite and above 0 (" + file
                                + ")");
            }
        }
        if (zeros.length > 1 && zeros.length != scales.length) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "tensor '" + name + "' has " + scales.length + " scales and " + zeros.length + " zero points ("
                            + file + ")");
        }
        return Optional.of(new Steps(list, zeroList, table.integer(6, 0)));
    }

    /** Element type in the graph; 4-bit integers are held in 8 bits.
     *  @throws SelvedgeException UNSUPPORTED_DTYPE for strings, complex numbers and handles */
    DType dtype() {
        return switch (code) {
            case 0 -> DType.FLOAT32;
            case 1 -> DType.FLOAT16;
            case 2 -> DType.INT32;
            case 3 -> DType.UINT8;
            case 4 -> DType.INT64;
            case 6 -> DType.BOOL;
            case 7 -> DType.INT16;
            case 9, INT4 -> DType.INT8;
            case 10 -> DType.FLOAT64;
            case 12 -> DType.UINT64;
            case 15 -> DType.UINT32;
            case 16 -> DType.UINT16;
            case 18 -> DType.BFLOAT16;
            default ->
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "tensor '" + name + "' has TFLite element type "
                                + (code >= 0 && code < ELEMENT_TYPES.size() ? ELEMENT_TYPES.get(code) : code)
                                + ", which is not supported");
        };
    }

    /** Whether its elements are steps of a real number that operators compute with; sums at int32 belong to one operator only. */
    boolean quantized() {
        return steps.isPresent() && (dtype() == DType.INT8 || dtype() == DType.UINT8 || dtype() == DType.INT16);
    }

    /** Type of a constant.
     *  @throws SelvedgeException BAD_MODEL when its extents are open or too large */
    TensorType type() {
        long elements = 1;
        long[] longs = new long[extents.size()];
        for (int axis = 0; axis < longs.length; axis++) {
            longs[axis] = extents.get(axis);
            if (longs[axis] < 0 || (longs[axis] > 0 && elements > Integer.MAX_VALUE / longs[axis])) {
                throw new SelvedgeException(
                        ErrorCode.BAD_MODEL,
                        "tensor '" + name + "' has the shape " + extents + ", which is negative or too large");
            }
            elements *= longs[axis];
        }
        return new TensorType(dtype(), Shape.of(longs));
    }

    /** Whether the other has the same element type and the same steps, so that values move between them as they are. */
    boolean alike(TfliteTensor other) {
        return code == other.code && (!quantized() || steps.equals(other.steps));
    }
}
