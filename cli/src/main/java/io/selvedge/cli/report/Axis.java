package io.selvedge.cli.report;

import java.util.ArrayList;
import java.util.List;

/** A linear scale from values to pixels with ticks at round numbers. */
record Axis(double low, double high, double pixelLow, double pixelHigh) {
    /** An axis whose ends hold all values and are not equal. */
    static Axis over(double low, double high, double pixelLow, double pixelHigh) {
        return high > low
                ? new Axis(low, high, pixelLow, pixelHigh)
                : new Axis(low, low + Math.max(1e-9, Math.abs(low) * 0.1), pixelLow, pixelHigh);
    }

    double pixel(double value) {
        return pixelLow + (value - low) / (high - low) * (pixelHigh - pixelLow);
    }

    /** About {@code wanted} multiples of 1, 2 or 5 times a power of {@code base} inside the axis. */
    List<Double> ticks(int wanted, double base) {
        double raw = (high - low) / wanted;
        double unit = Math.pow(base, Math.floor(Math.log(raw) / Math.log(base)));
        double step = unit * base;
        double[] factors = base == 2 ? new double[] {1} : new double[] {1, 2, 5};
        for (double factor : factors) {
            if (unit * factor >= raw) {
                step = unit * factor;
                break;
            }
        }
        List<Double> ticks = new ArrayList<>();
        for (double tick = Math.ceil(low / step) * step; tick <= high + step * 1e-6; tick += step) {
            ticks.add(tick);
        }
        return ticks;
    }
}
