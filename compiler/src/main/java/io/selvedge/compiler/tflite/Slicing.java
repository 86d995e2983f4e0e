package io.selvedge.compiler.tflite;

import io.selvedge.compiler.ir.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Parts of values: SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK, REVERSE_V2, GATHER, GATHER_ND; and CONCATENATION, PACK. */
final class Slicing {
    private Slicing() {}

    /** Begin and size of every axis; -1 is all that is left. */
    static void slice(TfliteCall call) {
        List<Integer> begin = call.integers(1, "begin");
        List<Integer> size = call.integers(2, "size");
        List<Integer> extents = call.extents(0);
        List<Integer> end = IntStream.range(0, extents.size())
                .mapToObj(axis -> size.get(axis) == -1 ? extents.get(axis) : begin.get(axis) + size.get(axis))
                .toList();
        call.deliverRaw(0, sliced(call, call.movable(0), begin, end, Shapes.ones(extents.size())));
    }

    static void stridedSlice(TfliteCall call) {
        StridedSlice slice = StridedSlice.read(call);
        String part = sliced(call, call.movable(0), slice.begins(), slice.ends(), slice.strides());
        call.deliverRaw(0, call.reshaped(part, slice.shape(call.extents(part))));
    }

    /** Takes begins and ends off. */
    static String cropped(TfliteCall call, String value, long[] crops) {
        List<Integer> extents = call.extents(value);
        int rank = extents.size();
        List<Integer> begins =
                IntStream.range(0, rank).mapToObj(i -> (int) crops[i]).toList();
        List<Integer> ends = IntStream.range(0, rank)
                .mapToObj(i -> extents.get(i) - (int) crops[i + rank])
                .toList();
        return sliced(call, value, begins, ends, Shapes.ones(rank));
    }

    /** Every axis from its begin to before its end; the value itself where that is all of it. */
    private static String sliced(
            TfliteCall call, String value, List<Integer> begins, List<Integer> ends, List<Integer> strides) {
        List<Integer> extents = call.extents(value);
        if (ends.equals(extents)
                && begins.stream().allMatch(begin -> begin == 0)
                && strides.stream().allMatch(stride -> stride == 1)) {
            return value;
        }
        List<Integer> axes = IntStream.range(0, extents.size()).boxed().toList();
        return call.emit(
                "Slice",
                Map.of(),
                value,
                call.integers(begins),
                call.integers(ends),
                call.integers(axes),
                call.integers(strides));
    }

    /** Inputs: axis, value. */
    static void split(TfliteCall call) {
        List<Integer> extents = call.extents(1);
        int axis = TfliteCall.axis(call.integers(0, "axis").getFirst(), extents.size());
        int parts = call.outputs();
        if (parts == 0 || extents.get(axis) % parts != 0) {
            throw call.unsupported("splits an axis of " + extents.get(axis) + " in " + parts + " equal parts");
        }
        parts(call, 1, axis, Collections.nCopies(parts, extents.get(axis) / parts));
    }

    /** Inputs: value, sizes, axis; one size may be -1. */
    static void splitV(TfliteCall call) {
        List<Integer> extents = call.extents(0);
        int axis = TfliteCall.axis(call.integers(2, "axis").getFirst(), extents.size());
        List<Integer> sizes = new ArrayList<>(call.integers(1, "size_splits"));
        int open = sizes.indexOf(-1);
        if (open >= 0) {
            sizes.set(
                    open,
                    extents.get(axis)
                            - 1
                            - sizes.stream().mapToInt(Integer::intValue).sum());
        }
        parts(call, 0, axis, sizes);
    }

    private static void parts(TfliteCall call, int input, int axis, List<Integer> sizes) {
        if (sizes.size() != call.outputs()) {
            throw call.unsupported("has " + sizes.size() + " parts and " + call.outputs() + " results");
        }
        String value = call.raw(input);
        List<String> parts =
                call.emitAll("Split", Map.of("axis", (long) axis), sizes.size(), value, call.integers(sizes));
        for (int i = 0; i < parts.size(); i++) {
            call.deliverPart(i, parts.get(i), input);
        }
    }

    /** One result per index of an axis, without that axis. */
    static void unpack(TfliteCall call) {
        List<Integer> extents = call.extents(0);
        int axis = TfliteCall.axis(call.options().integer(1, 0), extents.size());
        int count = call.outputs();
        if (count != extents.get(axis)) {
            throw call.unsupported("has " + count + " results for an axis of " + extents.get(axis));
        }
        List<Integer> shape = TfliteCall.without(extents, List.of(axis));
        List<String> parts = call.emitAll(
                "Split", Map.of("axis", (long) axis), count, call.raw(0), call.integers(Shapes.ones(count)));
        for (int i = 0; i < count; i++) {
            call.deliverPart(i, call.reshaped(parts.get(i), shape), 0);
        }
    }

    static void reverse(TfliteCall call) {
        List<Integer> axes = call.integers(1, "axis");
        String reversed = call.emit(
                "Slice",
                Map.of(),
                call.movable(0),
                call.integers(Collections.nCopies(axes.size(), -1)),
                call.integers(Collections.nCopies(axes.size(), Integer.MIN_VALUE)),
                call.integers(axes),
                call.integers(Collections.nCopies(axes.size(), -1)));
        call.deliverRaw(0, reversed);
    }

    static void gather(TfliteCall call) {
        if (call.options().integer(1, 0) != 0) {
            throw call.unsupported("has batch_dims " + call.options().integer(1, 0) + "; supported is 0");
        }
        int axis = TfliteCall.axis(call.options().integer(0, 0), call.rank(0));
        call.deliverRaw(0, call.emit("Gather", Map.of("axis", (long) axis), call.movable(0), call.raw(1)));
    }

    static void gatherNd(TfliteCall call) {
        String indices = call.cast(call.raw(1), DType.INT64);
        call.deliverRaw(0, call.emit("GatherND", Map.of(), call.movable(0), indices));
    }

    /** Parts with other steps than the result's are requantised first, as TFLite does. */
    static void concatenation(TfliteCall call) {
        int axis = TfliteCall.axis(call.options().integer(0, 0), call.rank(0));
        boolean computes = call.options().small(1, 0) != 0;
        String[] parts = IntStream.range(0, call.inputs())
                .mapToObj(i -> computes ? call.real(i) : call.movable(i))
                .toArray(String[]::new);
        String all = call.emit("Concat", Map.of("axis", (long) axis), parts);
        if (computes) {
            call.deliver(0, call.activated(all, 1));
        } else {
            call.deliverRaw(0, all);
        }
    }

    /** Stacks values along a new axis. */
    static void pack(TfliteCall call) {
        List<Integer> extents = new ArrayList<>(call.extents(0));
        int axis = TfliteCall.axis(call.options().integer(1, 0), extents.size() + 1);
        extents.add(axis, 1);
        String[] parts = IntStream.range(0, call.inputs())
                .mapToObj(i -> call.reshaped(call.movable(i), extents))
                .toArray(String[]::new);
        call.deliverRaw(0, parts.length == 1 ? parts[0] : call.emit("Concat", Map.of("axis", (long) axis), parts));
    }
}
