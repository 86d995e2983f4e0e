package io.selvedge.compress.eval;

/**
 * Mean over samples of the mean squared difference of the first output to the target. The drop is in per cent of the
 * original's error; an original without error makes any error an infinite drop. Row: {mean squared error}.
 */
public final class MeanSquaredError implements Metric {
    @Override
    public String name() {
        return "mse";
    }

    @Override
    public double[] row(float[][] outputs, Truth truth) {
        float[] values = outputs[0];
        float[] target = truth.target(values.length, name());
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = (double) values[i] - target[i];
            sum += difference * difference;
        }
        return new double[] {sum / values.length};
    }

    @Override
    public double value(double[][] rows) {
        return Proportions.mean(rows);
    }

    @Override
    public double drop(double original, double candidate) {
        if (original == candidate) {
            return 0;
        }
        return 100 * (candidate - original) / original;
    }
}
