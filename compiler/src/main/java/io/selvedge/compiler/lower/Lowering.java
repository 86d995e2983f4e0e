package io.selvedge.compiler.lower;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramBuilder;

/** Graph to program: every operator lowers itself, in topological order. */
public final class Lowering {
    private Lowering() {}

    public static Program lower(Graph fused) {
        return new ProgramBuilder(fused).build();
    }
}
