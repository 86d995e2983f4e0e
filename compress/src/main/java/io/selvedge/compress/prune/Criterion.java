package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;

/** How much each channel of a group would be missed. */
public interface Criterion {
    /** Name on the command line. */
    String name();

    /**
     * One score for each slice, higher is more important; comparable inside the group only.
     *
     * @throws io.selvedge.compiler.diag.SelvedgeException BAD_OPTION when the graph has not what the criterion reads
     */
    double[] scores(Graph graph, Group group);
}
