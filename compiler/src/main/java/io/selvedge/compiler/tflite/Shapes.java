package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Operators that give a value another shape or order of axes, and those that compute with shapes. */
final class Shapes {
    private Shapes() {}

    /** The new shape is input 1, or in old files an option; one extent may be -1. */
    static void reshape(TfliteCall call) {
        List<Integer> wanted =
                call.has(1) ? call.integers(1, "shape") : call.options().integers(0);
        long elements = call.extents(0).stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        long known = wanted.stream()
                .mapToLong(Integer::longValue)
                .filter(extent -> extent != -1)
                .reduce(1, Math::multiplyExact);
        boolean open = wanted.contains(-1);
        if (wanted.indexOf(-1) != wanted.lastIndexOf(-1)
                || known < 0
                || open && (known == 0 || elements % known != 0)
                || !open && known != elements) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH, "cannot give " + call.extents(0) + " the shape " + wanted);
        }
        List<Integer> shape = wanted.stream()
                .map(extent -> extent == -1 ? Math.toIntExact(elements / known) : extent)
                .toList();
        call.deliverRaw(0, call.reshaped(call.movable(0), shape));
    }

    /** Drops the axes of the options, all of extent 1 where they name none. */
    static void squeeze(TfliteCall call) {
        List<Integer> extents = call.extents(0);
        List<Integer> axes = new ArrayList<>();
        for (int axis : call.options().integers(0)) {
            axes.add(TfliteCall.axis(axis, extents.size()));
        }
        for (int axis = 0; axes.isEmpty() && call.options().integers(0).isEmpty() && axis < extents.size(); axis++) {
            if (extents.get(axis) == 1) {
                axes.add(axis);
            }
        }
        call.deliverRaw(0, call.reshaped(call.movable(0), TfliteCall.without(extents, axes)));
    }

    static void expandDims(TfliteCall call) {
        List<Integer> extents = new ArrayList<>(call.extents(0));
        int axis = TfliteCall.axis(call.integers(1, "axis").getFirst(), extents.size() + 1);
        extents.add(axis, 1);
        call.deliverRaw(0, call.reshaped(call.movable(0), extents));
    }

    static void transpose(TfliteCall call) {
        int rank = call.rank(0);
        Integer[] perm = call.integers(1, "perm").stream()
                .map(axis -> TfliteCall.axis(axis, rank))
                .toArray(Integer[]::new);
        if (Arrays.stream(perm).distinct().count() != rank || perm.length != rank) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "perm " + Arrays.toString(perm) + " is no order of " + rank + " axes");
        }
        call.deliverRaw(0, call.transposed(call.movable(0), perm));
    }

    static void shape(TfliteCall call) {
        call.deliverRaw(0, call.emit("Shape", Map.of(), call.raw(0)));
    }

    static void rank(TfliteCall call) {
        call.deliverRaw(0, call.constant(Tensor.longs(new long[] {call.rank(0)})));
    }

    static void broadcastTo(TfliteCall call) {
        call.deliverRaw(0, call.emit("Expand", Map.of(), call.movable(0), call.integers(call.integers(1, "shape"))));
    }

    static void fill(TfliteCall call) {
        call.deliverRaw(0, call.emit("Expand", Map.of(), call.raw(1), call.integers(call.integers(0, "dims"))));
    }

    static void zerosLike(TfliteCall call) {
        Tensor zero = Tensor.integers(TensorType.of(call.dtype(call.raw(0))), _ -> 0);
        call.deliverRaw(0, call.emit("Expand", Map.of(), call.constant(zero), call.integers(call.extents(0))));
    }

    static void range(TfliteCall call) {
        call.deliverRaw(0, call.emit("Range", Map.of(), call.raw(0), call.raw(1), call.raw(2)));
    }

    static void tile(TfliteCall call) {
        call.deliverRaw(0, call.emit("Tile", Map.of(), call.movable(0), call.integers(call.integers(1, "multiples"))));
    }

    /** Order of the new last axis: row in the block, column in the block, channel. */
    static void spaceToDepth(TfliteCall call) {
        blocks(call, "SpaceToDepth");
    }

    static void depthToSpace(TfliteCall call) {
        blocks(call, "DepthToSpace");
    }

    private static void blocks(TfliteCall call, String onnx) {
        String first = call.transposed(call.movable(0), 0, 3, 1, 2);
        String moved = call.emit(onnx, Map.of("blocksize", (long) call.options().integer(0, 0)), first);
        call.deliverRaw(0, call.transposed(moved, 0, 2, 3, 1));
    }

    /** Blocks of space become images of their own: pad, split each axis in two, move the inner ones to the front. */
    static void spaceToBatch(TfliteCall call) {
        List<Integer> block = call.integers(1, "block_shape");
        String x = Padding.padded(call, call.movable(0), Padding.spatial(call, block.size(), 2));
        List<Integer> extents = call.extents(x);
        int spatial = block.size();
        List<Integer> split = new ArrayList<>(List.of(extents.getFirst()));
        List<Integer> result = new ArrayList<>(List.of(extents.getFirst()));
        List<Integer> inner = new ArrayList<>();
        List<Integer> outer = new ArrayList<>(List.of(0));
        for (int axis = 0; axis < spatial; axis++) {
            int b = divisor(call, block.get(axis), extents.get(axis + 1));
            split.addAll(List.of(extents.get(axis + 1) / b, b));
            result.set(0, Math.multiplyExact(result.getFirst(), b));
            result.add(extents.get(axis + 1) / b);
            outer.add(1 + 2 * axis);
            inner.add(2 + 2 * axis);
        }
        for (int axis = spatial + 1; axis < extents.size(); axis++) {
            split.add(extents.get(axis));
            result.add(extents.get(axis));
            outer.add(axis + spatial);
        }
        inner.addAll(outer);
        String moved = call.transposed(call.reshaped(x, split), inner.toArray(Integer[]::new));
        call.deliverRaw(0, call.reshaped(moved, result));
    }

    /** The inverse: images become blocks of space again, and the border is cropped. */
    static void batchToSpace(TfliteCall call) {
        List<Integer> block = call.integers(1, "block_shape");
        String x = call.movable(0);
        List<Integer> extents = call.extents(x);
        int spatial = block.size();
        List<Integer> split = new ArrayList<>(block);
        int batch = extents.getFirst();
        for (int b : block) {
            batch /= divisor(call, b, batch);
        }
        split.add(batch);
        split.addAll(extents.subList(1, extents.size()));
        List<Integer> perm = new ArrayList<>(List.of(spatial));
        List<Integer> result = new ArrayList<>(List.of(batch));
        for (int axis = 0; axis < spatial; axis++) {
            perm.addAll(List.of(spatial + 1 + axis, axis));
            result.add(Math.multiplyExact(extents.get(axis + 1), block.get(axis)));
        }
        for (int axis = spatial + 1; axis < extents.size(); axis++) {
            perm.add(spatial + axis);
            result.add(extents.get(axis));
        }
        String whole = call.reshaped(call.transposed(call.reshaped(x, split), perm.toArray(Integer[]::new)), result);
        call.deliverRaw(0, Slicing.cropped(call, whole, Padding.spatial(call, spatial, 2)));
    }

    private static int divisor(TfliteCall call, int block, int extent) {
        if (block < 1 || extent % block != 0) {
            throw call.unsupported(
                    "has the block " + block + " for an extent of " + extent + ", which it does not divide");
        }
        return block;
    }

    /** As many ones: strides of a slice that leaves nothing out. */
    static List<Integer> ones(int count) {
        return Collections.nCopies(count, 1);
    }
}
