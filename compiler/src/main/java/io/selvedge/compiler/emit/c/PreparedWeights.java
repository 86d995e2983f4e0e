package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.List;

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
        long bytes = planned.preparedBytes();
        for (int i = 0; i < planned.program().steps().size(); i++) {
            Program.Step step = planned.program().steps().get(i);
            long more = step.kernel() instanceof Kernel.QConv conv
                    ? QWinogradCode.of(planned, target, conv)
                            .map(QWinogradCode::preparedBytes)
                            .orElse(0L)
                    : 0;
            offsets.add(more > 0 ? (int) bytes : planned.preparedOffsets().get(i));
            bytes = (bytes + more + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return new PreparedWeights(offsets, Math.toIntExact(bytes));
    }
}
