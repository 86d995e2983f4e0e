package io.selvedge.jvm.routine;

import io.selvedge.jvm.kernel.Executable;
import io.selvedge.jvm.kernel.Step;
import io.selvedge.jvm.kernel.Weights;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import java.util.Map;

/** The routines that are written in Java, by the names of the C functions. */
public final class RoutineCatalog implements Executable.Routines {
    private static final Map<String, Routine> ALL = Map.ofEntries();

    @Override
    public Step step(Program program, Weights weights, Kernel.Routine routine, String node) {
        Routine found = ALL.get(routine.function());
        if (found == null) {
            throw new ModelException(
                    Code.UNSUPPORTED_KERNEL, "'" + routine.function() + "', which '" + node + "' needs");
        }
        return RoutineStep.of(program, weights, routine, found);
    }
}
