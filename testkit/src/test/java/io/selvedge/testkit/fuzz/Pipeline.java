package io.selvedge.testkit.fuzz;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.target.TargetCatalog;

/** Everything that a compilation does in Java: what was imported must come through, or fail with a code. */
final class Pipeline {
    private Pipeline() {}

    static void compile(Graph imported) {
        Verifier.verify(imported);
        Graph simplified = Compiler.simplify(imported);
        CEmitter.emit(Compiler.plan(Compiler.lower(Compiler.fuse(simplified))), TargetCatalog.X86_64_V3);
    }
}
