package io.selvedge.compress.quant;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What each layer may be and what that costs; picks one for each, so that the noise is least within limits of bytes and microseconds.
 * It goes from the types of least noise down: always the step that adds least noise for the part of the excess that it takes away;
 * then, with what is left over, up again.
 *
 * @param byLayer options of every layer, in the order of the layers; the first is what it is without a choice
 */
record TypeOptions(Map<String, List<Option>> byLayer) {
    /** Sums of floats are so far off a limit that they meet. */
    private static final double ROUNDING = 1e-9;

    /**
     * A type of one layer.
     *
     * @param noise power that it adds to the output, against the same thing for all options of a layer
     * @param micros of the layer
     */
    record Option(String type, double noise, double bytes, double micros) {}

    /** A choice and its sums. */
    private record Sums(double bytes, double micros) {
        double excess(double maxBytes, double maxMicros) {
            return Math.max(0, bytes / maxBytes - 1 - ROUNDING) + Math.max(0, micros / maxMicros - 1 - ROUNDING);
        }

        Sums with(Option one, Option other) {
            return new Sums(bytes - one.bytes() + other.bytes(), micros - one.micros() + other.micros());
        }
    }

    /** Another option for a layer. */
    private record Step(String layer, Option to, double price) {}

    /** The least that is possible, in bytes. */
    double leastBytes() {
        return byLayer.values().stream()
                .mapToDouble(options ->
                        options.stream().mapToDouble(Option::bytes).min().orElse(0))
                .sum();
    }

    /** An option for every layer; empty when nothing keeps both limits. */
    Optional<Map<String, Option>> within(double maxBytes, double maxMicros) {
        Map<String, Option> quietest = new LinkedHashMap<>();
        byLayer.forEach((layer, options) -> quietest.put(layer, least(options, Option::noise)));
        return from(quietest, maxBytes, maxMicros)
                .or(() -> asLongAsTheFirst().flatMap(options -> options.within(maxBytes, maxMicros)));
    }

    /**
     * Steps end where fewer bytes are more time and less time is more bytes; then only types that take as long as a layer's first are
     * left.
     */
    private Optional<TypeOptions> asLongAsTheFirst() {
        Map<String, List<Option>> rest = new LinkedHashMap<>();
        byLayer.forEach((layer, options) -> rest.put(
                layer,
                options.stream()
                        .filter(option -> option.micros() == options.getFirst().micros())
                        .toList()));
        return rest.equals(byLayer) ? Optional.empty() : Optional.of(new TypeOptions(rest));
    }

    private Optional<Map<String, Option>> from(Map<String, Option> start, double maxBytes, double maxMicros) {
        Map<String, Option> chosen = new LinkedHashMap<>(start);
        Sums sums = sums(chosen);
        while (sums.excess(maxBytes, maxMicros) > 0) {
            Optional<Step> step = down(chosen, sums, maxBytes, maxMicros);
            if (step.isEmpty()) {
                return Optional.empty();
            }
            sums = sums.with(at(chosen, step.get().layer()), step.get().to());
            chosen.put(step.get().layer(), step.get().to());
        }
        for (Optional<Step> step = up(chosen, sums, maxBytes, maxMicros);
                step.isPresent();
                step = up(chosen, sums, maxBytes, maxMicros)) {
            sums = sums.with(at(chosen, step.get().layer()), step.get().to());
            chosen.put(step.get().layer(), step.get().to());
        }
        return Optional.of(chosen);
    }

    private Optional<Step> down(Map<String, Option> chosen, Sums sums, double maxBytes, double maxMicros) {
        double excess = sums.excess(maxBytes, maxMicros);
        List<Step> steps = new ArrayList<>();
        byLayer.forEach((layer, options) -> options.forEach(option -> {
            Option now = at(chosen, layer);
            double taken = excess - sums.with(now, option).excess(maxBytes, maxMicros);
            if (taken > 0) {
                steps.add(new Step(layer, option, (option.noise() - now.noise()) / taken));
            }
        }));
        return steps.isEmpty() ? Optional.empty() : Optional.of(least(steps, Step::price));
    }

    private Optional<Step> up(Map<String, Option> chosen, Sums sums, double maxBytes, double maxMicros) {
        List<Step> steps = new ArrayList<>();
        byLayer.forEach((layer, options) -> options.forEach(option -> {
            Option now = at(chosen, layer);
            if (option.noise() < now.noise() && sums.with(now, option).excess(maxBytes, maxMicros) == 0) {
                steps.add(new Step(layer, option, option.noise() - now.noise()));
            }
        }));
        return steps.isEmpty() ? Optional.empty() : Optional.of(least(steps, Step::price));
    }

    private static Sums sums(Map<String, Option> chosen) {
        return new Sums(
                chosen.values().stream().mapToDouble(Option::bytes).sum(),
                chosen.values().stream().mapToDouble(Option::micros).sum());
    }

    private static Option at(Map<String, Option> chosen, String layer) {
        return Objects.requireNonNull(chosen.get(layer));
    }

    /** The first of the least ones, so that equal input gives an equal choice. */
    private static <T> T least(List<T> all, ToDoubleFunction<T> by) {
        T least = all.getFirst();
        for (T each : all) {
            if (by.applyAsDouble(each) < by.applyAsDouble(least)) {
                least = each;
            }
        }
        return least;
    }
}
