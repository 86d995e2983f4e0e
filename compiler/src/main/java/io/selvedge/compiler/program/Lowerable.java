package io.selvedge.compiler.program;

import io.selvedge.compiler.ir.Node;

/** An operator that becomes kernels. Operators without it are compiled only when constant folding removes them. */
public interface Lowerable {
    /**
     * Reads the node's inputs with {@link ProgramBuilder#view} (any layout) or {@link ProgramBuilder#channelsLast}, makes the
     * outputs with {@link ProgramBuilder#define}, {@link ProgramBuilder#defineVectors} or, when no data moves,
     * {@link ProgramBuilder#alias}, and emits kernels.
     */
    void lower(Node node, ProgramBuilder builder);

    /** Whether the kernels move elements of any type bit by bit, and so need no casts around halves. */
    default boolean keepsBits() {
        return false;
    }
}
