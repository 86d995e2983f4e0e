package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** PAD, PADV2 and MIRROR_PAD: input 1 has begin and end of every axis. Integers are padded with what stands for the value. */
final class Padding {
    /** Longest axis that is mirrored through a list of positions. */
    private static final int MOST_MIRRORED = 1 << 20;

    private Padding() {}

    /** With zeros. Images are padded with their channels first, so that the pads meet those of a convolution. */
    static void pad(TfliteCall call) {
        int rank = call.rank(0);
        long[] pads = pads(call, rank, 1, 0);
        if (rank != 4) {
            call.deliverRaw(0, padded(call, call.movable(0), pads));
            return;
        }
        long[] first = {pads[0], pads[3], pads[1], pads[2], pads[4], pads[7], pads[5], pads[6]};
        String image = padded(call, call.transposed(call.movable(0), 0, 3, 1, 2), first);
        call.deliverRaw(0, call.transposed(image, 0, 2, 3, 1));
    }

    /** With the value of input 2, whose steps are those of the data. */
    static void padV2(TfliteCall call) {
        Map<String, Object> constant = Map.of("mode", "constant");
        long[] pads = pads(call, call.rank(0), 1, 0);
        String where = call.constant(Tensor.longs(pads, pads.length));
        if (call.tensor(2).alike(call.tensor(0)) && call.tensor(0).alike(call.result(0))) {
            call.deliverRaw(0, call.emit("Pad", constant, call.raw(0), where, scalar(call, call.raw(2))));
        } else {
            call.deliver(0, call.emit("Pad", constant, call.real(0), where, scalar(call, call.real(2))));
        }
    }

    private static String scalar(TfliteCall call, String value) {
        return call.reshaped(value, List.of());
    }

    /** Without the border (REFLECT), or with it (SYMMETRIC), which ONNX does not have: there each axis is gathered. */
    static void mirror(TfliteCall call) {
        int rank = call.rank(0);
        long[] pads = pads(call, rank, 1, 0);
        if (call.options().small(0, 0) == 0) {
            String where = call.constant(Tensor.longs(pads, pads.length));
            call.deliverRaw(0, call.emit("Pad", Map.of("mode", "reflect"), call.movable(0), where));
            return;
        }
        String value = call.movable(0);
        for (int axis = 0; axis < rank; axis++) {
            int extent = call.extents(0).get(axis);
            long before = pads[axis];
            long after = pads[axis + rank];
            if (before > extent || after > extent || extent > MOST_MIRRORED) {
                throw call.unsupported("mirrors " + before + " and " + after + " elements of an axis of " + extent
                        + "; at most as many as the axis has, and axes up to " + MOST_MIRRORED + ", are supported");
            }
            if (before + after > 0) {
                long[] positions = LongStream.range(-before, extent + after)
                        .map(i -> i < 0 ? -1 - i : i >= extent ? 2L * extent - 1 - i : i)
                        .toArray();
                String where = call.constant(Tensor.longs(positions, positions.length));
                value = call.emit("Gather", Map.of("axis", (long) axis), value, where);
            }
        }
        call.deliverRaw(0, value);
    }

    /** Pads with what stands for zero: the zero point where the result has steps. */
    static String padded(TfliteCall call, String value, long[] pads) {
        if (LongStream.of(pads).allMatch(pad -> pad == 0)) {
            return value;
        }
        TfliteTensor result = call.result(0);
        long zero = result.quantized() ? result.steps().orElseThrow().zero(0) : 0;
        String fill = call.constant(Tensor.integers(TensorType.of(call.dtype(value)), _ -> zero));
        String where = call.constant(Tensor.longs(pads, pads.length));
        return call.emit("Pad", Map.of("mode", "constant"), value, where, fill);
    }

    /** Pairs of an input for the axes behind the batch, as begins and ends of all axes. */
    static long[] spatial(TfliteCall call, int axes, int input) {
        return pads(call, axes, input, 1);
    }

    private static long[] pads(TfliteCall call, int axes, int input, int first) {
        List<Integer> pairs = call.integers(input, "paddings");
        int rank = call.rank(0);
        if (pairs.size() != 2 * axes || axes + first > rank || pairs.stream().anyMatch(pad -> pad < 0)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "needs begin and end for " + axes + " of " + rank + " axes, none below 0; got " + pairs);
        }
        long[] pads = new long[2 * rank];
        for (int i = 0; i < axes; i++) {
            pads[i + first] = pairs.get(2 * i);
            pads[i + first + rank] = pairs.get(2 * i + 1);
        }
        return pads;
    }
}
