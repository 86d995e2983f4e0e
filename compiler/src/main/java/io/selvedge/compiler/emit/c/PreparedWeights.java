package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a library computes from the weights when it is loaded: what kernels always prepare, and what code for one target does.
 *
 * @param offsets where every step's lies
 */
record PreparedWeights(List<Integer> offsets, int bytes) {
    private static final int ALIGNMENT = 64;
    private static final int FEW_PIXELS = 4;

    /** What is prepared once: a weight transformed, widened or listed, which their lengths tell. */
    private record Shared(int weights, long bytes) {}

    PreparedWeights {
        offsets = List.copyOf(offsets);
    }

    static PreparedWeights of(PlannedProgram planned, Target target, Forms forms) {
        List<Integer> offsets = new ArrayList<>();
        // Steps that share their weights, bands of one layer for example, share these too if they prepare them alike.
        Map<Shared, Integer> known = new HashMap<>();
        long bytes = planned.preparedBytes();
        for (int i = 0; i < planned.program().steps().size(); i++) {
            Kernel kernel = planned.program().steps().get(i).kernel();
            long more = preparedBytes(planned, target, i, forms);
            if (more > 0) {
                Integer shared = known.putIfAbsent(new Shared(weights(kernel), more), (int) bytes);
                offsets.add(shared == null ? (int) bytes : shared);
                more = shared == null ? more : 0;
            } else {
                offsets.add(planned.preparedOffsets().get(i));
            }
            bytes = (bytes + more + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return new PreparedWeights(offsets, Math.toIntExact(bytes));
    }

    private static long preparedBytes(PlannedProgram planned, Target target, int step, Forms forms) {
        Kernel kernel = planned.program().steps().get(step).kernel();
        Optional<SparseConvCode> sparse = SparseConvCode.of(planned, target, kernel);
        if (sparse.isPresent()) {
            return sparse.get().preparedBytes();
        }
        return kernel instanceof Kernel.QConv conv
                ? QConvForm.of(planned, target, step, conv, forms)
                        .winograd()
                        .map(QWinogradCode::preparedBytes)
                        .orElseGet(() -> widenedBytes(planned, target, conv))
                : 0;
    }

    private static int weights(Kernel kernel) {
        return kernel instanceof Kernel.Conv conv ? conv.weights() : ((Kernel.QConv) kernel).weights();
    }

    /** Whether the weights of a convolution by the direct kernel are widened to 16 bits when the library is loaded. */
    static boolean widens(PlannedProgram planned, Target target, Kernel.QConv conv) {
        Buffer y = planned.program().buffer(conv.y());
        return target.arch().equals("x86_64")
                && !target.dotProduct()
                // A weight that few pixels share is sooner widened than read twice as long.
                && (long) y.n() * y.h() * y.w() >= FEW_PIXELS;
    }

    private static long widenedBytes(PlannedProgram planned, Target target, Kernel.QConv conv) {
        return widens(planned, target, conv)
                ? 2L * planned.program().weights().get(conv.weights()).byteCount()
                : 0;
    }
}
