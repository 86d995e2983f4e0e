package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.pass.EliminateDeadNodes;
import io.selvedge.compiler.pass.EliminateIdentity;
import io.selvedge.compiler.pass.FoldConstants;
import io.selvedge.compiler.pass.Pass;
import java.util.List;

/** The form of a graph in which it is trained: shape arithmetic is gone, batch normalisation is still there. */
public final class TrainingForm {
    private static final List<Pass> PASSES =
            List.of(new EliminateDeadNodes(), new FoldConstants(), new EliminateIdentity());

    private TrainingForm() {}

    /** The same function; the same instance when nothing changes. */
    public static Graph of(Graph graph) {
        Graph current = graph;
        while (true) {
            Graph before = current;
            for (Pass pass : PASSES) {
                current = pass.run(current);
            }
            if (current == before) {
                return current;
            }
        }
    }
}
