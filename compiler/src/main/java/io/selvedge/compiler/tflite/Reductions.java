package io.selvedge.compiler.tflite;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** MEAN, SUM, REDUCE_*, ARG_MAX, ARG_MIN, CUMSUM and TOPK_V2. */
final class Reductions {
    private Reductions() {}

    /** Over both axes of an image this is pooling with one window; elsewhere a reduction. */
    static void mean(TfliteCall call) {
        List<Integer> axes = axes(call);
        List<Integer> extents = call.extents(0);
        if (extents.size() == 4 && axes.equals(List.of(1, 2)) && call.dtype(call.raw(0)) != DType.INT32) {
            String y = call.emit("GlobalAveragePool", Map.of(), call.image(0));
            List<Integer> shape = new ArrayList<>(List.of(extents.getFirst(), extents.getLast()));
            if (call.options().flag(0)) {
                shape.addAll(1, List.of(1, 1));
            }
            call.deliver(0, y, shape);
            return;
        }
        reduce(call, "ReduceMean");
    }

    /** An ONNX reduction of the axes of input 1. */
    static TfliteTranslator same(String onnx) {
        return call -> reduce(call, onnx);
    }

    private static void reduce(TfliteCall call, String onnx) {
        call.deliver(0, reduced(call, onnx, call.real(0)));
    }

    private static String reduced(TfliteCall call, String onnx, String value) {
        List<Integer> axes = axes(call);
        if (axes.isEmpty()) {
            return value;
        }
        long keep = call.options().flag(0) ? 1 : 0;
        // Sums take their axes as an input from opset 13 on, the others only from 18 on.
        return onnx.equals("ReduceSum")
                ? call.emit(onnx, Map.of("keepdims", keep), value, call.integers(axes))
                : call.emit(onnx, Map.of("keepdims", keep, "axes", TfliteGraph.longs(axes)), value);
    }

    /** Of booleans: any is the largest, all the smallest. */
    static TfliteTranslator logical(String onnx) {
        return call -> call.deliver(0, call.cast(reduced(call, onnx, call.cast(call.raw(0), DType.INT32)), DType.BOOL));
    }

    private static List<Integer> axes(TfliteCall call) {
        int rank = call.rank(0);
        return call.integers(1, "axis").stream()
                .map(axis -> TfliteCall.axis(axis, rank))
                .distinct()
                .sorted()
                .toList();
    }

    /** Steps keep the order of numbers, so integers are compared as they are. */
    static TfliteTranslator arg(String onnx) {
        return call -> {
            int axis = TfliteCall.axis(call.integers(1, "axis").getFirst(), call.rank(0));
            call.deliverRaw(0, call.emit(onnx, Map.of("axis", (long) axis, "keepdims", 0L), call.raw(0)));
        };
    }

    static void cumulative(TfliteCall call) {
        Map<String, Object> attributes = Map.of(
                "exclusive",
                call.options().flag(0) ? 1L : 0L,
                "reverse",
                call.options().flag(1) ? 1L : 0L);
        String axis = call.constant(Tensor.longs(
                new long[] {TfliteCall.axis(call.integers(1, "axis").getFirst(), call.rank(0))}));
        call.deliver(0, call.emit("CumSum", attributes, call.real(0), axis));
    }

    /** The k largest of the last axis and their positions. */
    static void topK(TfliteCall call) {
        List<Integer> k = call.integers(1, "k");
        List<String> both = call.emitAll("TopK", Map.of("axis", -1L), 2, call.raw(0), call.integers(k));
        call.deliverPart(0, both.getFirst(), 0);
        call.deliverRaw(1, both.getLast());
    }

    /** One-hot rows: inputs indices, depth, on, off. */
    static void oneHot(TfliteCall call) {
        String[] values = IntStream.of(3, 2)
                .mapToObj(i -> call.reshaped(call.real(i), List.of(1)))
                .toArray(String[]::new);
        String offOn = call.emit("Concat", Map.of("axis", 0L), values);
        Optional<Integer> depth = call.integers(1, "depth").stream().findFirst();
        call.deliver(
                0,
                call.emit(
                        "OneHot",
                        Map.of("axis", (long) call.options().integer(0, 0)),
                        call.raw(0),
                        call.integers(List.of(depth.orElseThrow())),
                        offOn));
    }
}
