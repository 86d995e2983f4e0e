package io.selvedge.compress.profile;

import io.selvedge.compiler.program.StepCost;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Where the time of one binding of a bundle goes.
 *
 * @param model its name
 * @param binding extents of its dimensions as text; empty when there is one binding
 * @param arenaBytes working memory of the session
 * @param wholeMicros median of a whole inference
 * @param rounds how often everything was timed
 */
public record Profile(
        String model,
        String binding,
        long arenaBytes,
        Peaks peaks,
        double wholeMicros,
        int rounds,
        List<Layer> layers) {
    public Profile {
        layers = List.copyOf(layers);
    }

    /**
     * One step.
     *
     * @param tile what its kernel computes at once; empty when it has no tile
     * @param micros median
     */
    public record Layer(String name, StepCost cost, String tile, double micros) {
        /** 10^9 operations of the layer's definition per second; 0 where nothing is multiplied. */
        public double gigaOps() {
            return cost.operations() / micros / 1e3;
        }

        /** Operations per byte that must move. */
        public double intensity() {
            return (double) cost.operations() / Math.max(1, cost.bytes());
        }

        /** 10^9 bytes per second. */
        public double gigabytesPerSecond() {
            return cost.bytes() / micros / 1e3;
        }
    }

    /** The nearest level that holds all that an inference touches: weights and arena. */
    public Peaks.Level level() {
        long weights =
                layers.stream().mapToLong(layer -> layer.cost().weightBytes()).sum();
        return peaks.holding(weights + arenaBytes);
    }

    /** The steps' medians added up. */
    public double sumMicros() {
        return layers.stream().mapToDouble(Layer::micros).sum();
    }

    /** Share of the core's limit for the layer's arithmetic that the executed multiplications reach. */
    public OptionalDouble shareOfPeak(Layer layer) {
        OptionalDouble peak = peaks.of(layer.cost().arithmetic());
        return peak.isEmpty() || layer.cost().executedMacs() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(2e-3 * layer.cost().executedMacs() / layer.micros() / peak.getAsDouble());
    }

    /** Share of the bandwidth of {@link #level}; above 1 where data are still nearer. */
    public double shareOfBandwidth(Layer layer) {
        return layer.gigabytesPerSecond() / level().gigabytesPerSecond();
    }

    /** The time that the limits allow all executed multiplications of the net, against the time of a whole inference. */
    public double shareOfPeak() {
        double least = layers.stream()
                .mapToDouble(layer -> 2e-3
                        * layer.cost().executedMacs()
                        / peaks.of(layer.cost().arithmetic()).orElse(Double.POSITIVE_INFINITY))
                .sum();
        return least / wholeMicros;
    }

    /** All operations of the layers' definitions. */
    public long operations() {
        return layers.stream().mapToLong(layer -> layer.cost().operations()).sum();
    }

    /** All bytes that move at least. */
    public long bytes() {
        return layers.stream().mapToLong(layer -> layer.cost().bytes()).sum();
    }
}
