package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.pass.EliminateDeadNodes;
import io.selvedge.compiler.pass.EliminateIdentity;
import io.selvedge.compiler.pass.FoldConstants;
import io.selvedge.compiler.pass.Pass;
import java.util.List;

/** A graph as imported, without what hides its structure; batch norms stay, because they are trained and say what matters. */
public final class Preparation {
    private static final List<Pass> PASSES =
            List.of(new EliminateDeadNodes(), new FoldConstants(), new EliminateIdentity());

    private Preparation() {}

    /** Shape arithmetic computed, dead nodes gone. */
    public static Graph of(Graph imported) {
        Graph current = imported;
        Graph before;
        do {
            before = current;
            for (Pass pass : PASSES) {
                current = pass.run(current);
            }
        } while (current != before);
        return current;
    }
}
