package io.selvedge.compress.prune;

/** Is told how far a measurement is. */
@FunctionalInterface
public interface PruneProgress {
    /** Tells nobody. */
    PruneProgress SILENT = (_, _) -> {};

    void report(int done, int total);
}
