package io.selvedge.compiler.tflite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** FULLY_CONNECTED and BATCH_MATMUL. */
final class DenseLayers {
    private DenseLayers() {}

    /** {@code y = x · wT + b}. Shapes: x [...,K] read as [M,K], w [N,K], b [N], y [M,N], or [...,N] with keep_num_dims. */
    static void fullyConnected(TfliteCall call) {
        if (call.options().small(1, 0) != 0) {
            throw call.unsupported(
                    "has shuffled weights, a form for one kind of CPU; convert the model again without it");
        }
        List<Integer> x = call.extents(0);
        List<Integer> w = call.extents(1);
        int depth = w.getLast();
        int elements = x.stream().reduce(1, Math::multiplyExact);
        if (w.size() != 2 || depth == 0 || elements % depth != 0) {
            throw call.unsupported(
                    "has weights " + w + " for an input " + x + "; needs [N,K] and a multiple of K elements");
        }
        List<String> inputs =
                new ArrayList<>(List.of(call.real(0, List.of(elements / depth, depth)), Weights.moved(call, 1, 0, 1)));
        Weights.bias(call, 2, 0, 1).ifPresent(inputs::add);
        String y = call.emit("Gemm", Map.of("transB", 1L), inputs.toArray(String[]::new));
        List<Integer> shape = new ArrayList<>();
        if (call.options().flag(2)) {
            shape.addAll(x.subList(0, x.size() - 1));
        } else {
            shape.add(elements / depth);
        }
        shape.add(w.getFirst());
        call.deliver(0, call.activated(y, 0), shape);
    }

    /** Products of the last two axes, each side transposed where the options say so; the axes before are broadcast. */
    static void batchMatMul(TfliteCall call) {
        String a = side(call, 0, call.options().flag(0));
        String b = side(call, 1, call.options().flag(1));
        call.deliver(0, call.emit("MatMul", Map.of(), a, b));
    }

    private static String side(TfliteCall call, int input, boolean turned) {
        int rank = call.rank(input);
        Integer[] perm = new Integer[rank];
        for (int axis = 0; axis < rank; axis++) {
            perm[axis] = axis;
        }
        if (turned && rank >= 2) {
            perm[rank - 1] = rank - 2;
            perm[rank - 2] = rank - 1;
        }
        return turned ? call.transposed(call.real(input), perm) : call.real(input);
    }
}
