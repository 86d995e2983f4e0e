package io.selvedge.train;

/** Told how far training is. */
@FunctionalInterface
public interface TrainListener {
    /** Tells nobody. */
    TrainListener SILENT = progress -> {};

    void progress(Progress progress);

    /**
     * Where training is.
     *
     * @param phase for people: {@code learning rate}, {@code epoch 2 of 5}
     * @param step done, of all epochs
     * @param loss smoothed over the last steps; NaN before the first
     * @param secondsLeft at the speed so far; negative while that is not known
     */
    record Progress(String phase, long step, long steps, double loss, double secondsLeft) {}
}
