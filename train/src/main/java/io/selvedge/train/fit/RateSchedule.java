package io.selvedge.train.fit;

/** A rate that rises along a line, then falls along a cosine to a hundredth. */
record RateSchedule(double highest, long steps, double warmUp) {
    private static final double LOWEST = 0.01;

    /** Rate of a step, from 0. */
    double at(long step) {
        double rising = Math.ceil(steps * warmUp);
        if (step < rising) {
            return highest * (step + 1) / rising;
        }
        double share = (step - rising) / Math.max(1, steps - rising);
        return highest * (LOWEST + (1 - LOWEST) * 0.5 * (1 + Math.cos(Math.PI * share)));
    }
}
