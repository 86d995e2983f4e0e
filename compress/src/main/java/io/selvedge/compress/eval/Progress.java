package io.selvedge.compress.eval;

/** Told after every sample how many of how many are done. */
@FunctionalInterface
public interface Progress {
    Progress SILENT = (done, total) -> {};

    void report(int done, int total);
}
