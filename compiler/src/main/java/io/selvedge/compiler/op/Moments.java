package io.selvedge.compiler.op;

/** Mean and (population) variance of a run of values. */
record Moments(double mean, double variance) {
    static Moments of(double[] values, int start, int count) {
        double sum = 0;
        for (int i = start; i < start + count; i++) {
            sum += values[i];
        }
        double mean = sum / count;
        double squares = 0;
        for (int i = start; i < start + count; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        return new Moments(mean, squares / count);
    }
}
