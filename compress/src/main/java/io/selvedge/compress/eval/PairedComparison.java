package io.selvedge.compress.eval;

/**
 * How much a candidate loses against the original on the same samples.
 *
 * @param drop point estimate; positive is worse. Points of the metric (1 = 0.01), for MSE per cent of the original
 * @param interval 95 % interval of the drop
 */
public record PairedComparison(double original, double candidate, double drop, Interval interval, int samples) {

    /**
     * Compares over the same samples.
     *
     * @param seed of the bootstrap, where the metric needs one
     */
    public static PairedComparison of(Evaluation original, Evaluation candidate, long seed) {
        Metric metric = original.metric();
        if (original.samples() != candidate.samples()) {
            throw new IllegalArgumentException(
                    original.samples() + " and " + candidate.samples() + " samples are not pairs");
        }
        double first = original.value();
        double second = candidate.value();
        return new PairedComparison(
                first,
                second,
                metric.drop(first, second),
                metric.dropInterval(original.rows(), candidate.rows(), seed),
                original.samples());
    }

    /** An original against itself: no drop, and no doubt about it. */
    public static PairedComparison ofOriginal(Evaluation original) {
        return new PairedComparison(original.value(), original.value(), 0, new Interval(0, 0), original.samples());
    }

    /** Whether the point estimate is within the budget; this decides. */
    public boolean within(double maxDrop) {
        return drop <= maxDrop;
    }

    /** Whether the worse end of the interval is within the budget as well. */
    public boolean proven(double maxDrop) {
        return interval.high() <= maxDrop;
    }
}
