package io.selvedge.compress.deploy;

/** Told what a long job is doing. Called from the thread that runs the job, as often as it likes. */
@FunctionalInterface
public interface ProgressListener {
    ProgressListener SILENT = (phase, done, total) -> {};

    /**
     * Tells how far the work is.
     *
     * @param phase what is being done, a short phrase: {@code calibrate}, {@code measure accuracy of int8}
     * @param done of {@code total} units
     * @param total 0 when it is not known
     */
    void progress(String phase, long done, long total);
}
