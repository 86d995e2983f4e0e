package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a library computes from the weights when it is loaded: what kernels always prepare, and what code for one target does.
 *
 * @param offsets where every step's lies
 */
record PreparedWeights(List<Integer> offsets, int bytes) {
    private static final int ALIGNMENT = 64;

    PreparedWeights {
        offsets = List.copyOf(offsets);
    }

    static PreparedWeights of(PlannedProgram planned, Target target) {
        List<Integer> offsets = new ArrayList<>();
        // Steps that share their weights, bands of one layer for example, share these too.
        Map<Integer, Integer> known = new HashMap<>();
        long bytes = planned.preparedBytes();
        for (int i = 0; i < planned.program().steps().size(); i++) {
            Program.Step step = planned.program().steps().get(i);
            long more = step.kernel() instanceof Kernel.QConv conv
                    ? QWinogradCode.of(planned, target, conv)
                            .map(QWinogradCode::preparedBytes)
                            .orElse(0L)
                    : 0;
            if (more > 0) {
                int weights = ((Kernel.QConv) step.kernel()).weights();
                Integer shared = known.putIfAbsent(weights, (int) bytes);
                offsets.add(shared == null ? (int) bytes : shared);
                more = shared == null ? more : 0;
            } else {
                offsets.add(planned.preparedOffsets().get(i));
            }
            bytes = (bytes + more + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return new PreparedWeights(offsets, Math.toIntExact(bytes));
    }
}
