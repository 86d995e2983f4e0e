package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;

/** One rewriting of a graph that keeps its inputs, its outputs and what it computes. */
public interface Pass {
    /** Verb phrase, as reports and {@code dump} print it: {@code FuseBatchNorm}. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** The rewritten graph; the same instance when there is nothing to do. */
    Graph run(Graph graph);
}
