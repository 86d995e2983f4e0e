package io.selvedge.compress.eval;

/** A metric that is the share of samples with some property: rows are {1} or {0}, drops are points. */
interface ShareOfSamples extends Metric {
    @Override
    default double value(double[][] rows) {
        return Proportions.mean(rows);
    }

    @Override
    default double drop(double original, double candidate) {
        return 100 * (original - candidate);
    }

    @Override
    default Interval dropInterval(double[][] original, double[][] candidate, long seed) {
        return Proportions.dropInterval(original, candidate);
    }
}
