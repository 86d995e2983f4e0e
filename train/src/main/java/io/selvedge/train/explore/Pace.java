package io.selvedge.train.explore;

import io.selvedge.train.TrainListener;

/**
 * How long trainings may be, so that the rungs of an exploration share its minutes alike.
 *
 * @param secondsPerStep of the whole model beside its teacher; what is cut is faster
 * @param stepsPerEpoch steps that see every training sample once
 * @param mixedPrecision whether steps with factors in bfloat16 are faster here
 */
record Pace(double secondsPerStep, int stepsPerEpoch, boolean mixedPrecision) {
    /** Fewer say nothing. */
    private static final int LEAST_STEPS = 30;
    /** Of small data; more passes do not help in one stage. */
    private static final int MOST_EPOCHS = 20;
    /** Process start, libtorch, reading and decoding the samples, judging epochs, quantising. */
    private static final double SECONDS_BESIDE = 15;

    /** Steps of one training that has so many minutes: part of an epoch, or whole ones. */
    int steps(double minutes) {
        double fit = Math.max(0, minutes * 60 - SECONDS_BESIDE) / secondsPerStep;
        int least = Math.min(LEAST_STEPS, stepsPerEpoch);
        if (fit < stepsPerEpoch) {
            return (int) Math.max(least, fit);
        }
        return (int) Math.min(MOST_EPOCHS, Math.round(fit / stepsPerEpoch)) * stepsPerEpoch;
    }

    double epochs(int steps) {
        return (double) steps / stepsPerEpoch;
    }

    /** Times the steps of a short training. */
    static final class Stopwatch implements TrainListener {
        private long firstStep;
        private long firstNanos;
        private double secondsPerStep;

        @Override
        public void progress(Progress progress) {
            long now = System.nanoTime();
            if (firstStep == 0) {
                firstStep = progress.step();
                firstNanos = now;
            } else if (progress.step() > firstStep) {
                secondsPerStep = (now - firstNanos) / 1e9 / (progress.step() - firstStep);
            }
        }

        /** 0 while fewer than two steps were told. */
        double secondsPerStep() {
            return secondsPerStep;
        }
    }
}
