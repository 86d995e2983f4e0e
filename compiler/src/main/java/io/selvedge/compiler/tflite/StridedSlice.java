package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.ArrayList;
import java.util.List;

/**
 * A slice as array notation states it: bit k of a mask speaks about item k of the notation, which may be a range, one index
 * (the axis goes), a new axis or "all axes between".
 *
 * @param begins of every axis of the value
 * @param ends of every axis
 * @param dropped axes of the value that an index addresses
 * @param added positions in the result of new axes
 */
record StridedSlice(
        List<Integer> begins, List<Integer> ends, List<Integer> strides, List<Integer> dropped, List<Integer> added) {
    StridedSlice {
        begins = List.copyOf(begins);
        ends = List.copyOf(ends);
        strides = List.copyOf(strides);
        dropped = List.copyOf(dropped);
        added = List.copyOf(added);
    }

    static StridedSlice read(TfliteCall call) {
        return new Reading(call).read();
    }

    /** Shape of the result, from that of the part. */
    List<Integer> shape(List<Integer> part) {
        List<Integer> shape = TfliteCall.without(part, dropped);
        added.forEach(position -> shape.add(position, 1));
        return shape;
    }

    /** State of one reading of the notation. */
    private static final class Reading {
        private final List<Integer> extents;
        private final List<Integer> begin;
        private final List<Integer> end;
        private final List<Integer> stride;
        private final FlatTable masks;
        private final List<Integer> begins = new ArrayList<>();
        private final List<Integer> ends = new ArrayList<>();
        private final List<Integer> strides = new ArrayList<>();
        private final List<Integer> dropped = new ArrayList<>();
        private final List<Integer> added = new ArrayList<>();

        Reading(TfliteCall call) {
            this.extents = call.extents(0);
            this.begin = call.integers(1, "begin");
            this.end = call.integers(2, "end");
            this.stride = call.integers(3, "strides");
            this.masks = call.options();
            if (masks.flag(5)) {
                throw call.unsupported(
                        "has ends as distances from the begins (offset); supported are ends as positions");
            }
        }

        private boolean masked(int field, int item) {
            return (masks.integer(field, 0) >> item & 1) != 0;
        }

        StridedSlice read() {
            if (begin.size() != end.size() || begin.size() != stride.size() || begin.size() > 31) {
                throw bad("begin " + begin + ", end " + end + " and strides " + stride + " differ in length");
            }
            int results = 0;
            for (int item = 0; item < begin.size(); item++) {
                if (masked(2, item)) {
                    int left = consumers(item + 1);
                    while (begins.size() < extents.size() - left) {
                        all();
                        results++;
                    }
                } else if (masked(3, item)) {
                    added.add(results++);
                } else {
                    results += range(item);
                }
            }
            while (begins.size() < extents.size()) {
                all();
            }
            return new StridedSlice(begins, ends, strides, dropped, added);
        }

        /** How many items from one on speak about an axis of the value. */
        private int consumers(int from) {
            int count = 0;
            for (int item = from; item < begin.size(); item++) {
                count += masked(3, item) ? 0 : 1;
            }
            return count;
        }

        private void all() {
            ends.add(extents.get(begins.size()));
            begins.add(0);
            strides.add(1);
        }

        /** How many axes of the result it makes. */
        private int range(int item) {
            int axis = begins.size();
            if (axis >= extents.size() || stride.get(item) == 0) {
                throw bad("begin " + begin + " with strides " + stride + " does not fit " + extents);
            }
            int extent = extents.get(axis);
            int step = stride.get(item);
            if (masked(4, item)) {
                int at = begin.get(item) < 0 ? begin.get(item) + extent : begin.get(item);
                if (at < 0 || at >= extent) {
                    throw bad("index " + begin.get(item) + " is outside of axis " + axis + " of " + extents);
                }
                add(at, at + 1, 1);
                dropped.add(axis);
                return 0;
            }
            int from = masked(0, item) ? (step > 0 ? 0 : extent - 1) : begin.get(item);
            int wanted = end.get(item);
            // A downward range that ends before the first element has no other spelling.
            int to = masked(1, item) ? (step > 0 ? extent : Integer.MIN_VALUE) : wanted;
            add(from, to, step);
            return 1;
        }

        private void add(int from, int to, int step) {
            begins.add(from);
            ends.add(to);
            strides.add(step);
        }

        private static SelvedgeException bad(String what) {
            return new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, what);
        }
    }
}
