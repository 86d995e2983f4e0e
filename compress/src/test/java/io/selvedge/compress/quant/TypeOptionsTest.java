package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.quant.TypeOptions.Option;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A type for each layer within limits, against all choices that there are. */
final class TypeOptionsTest {
    private static final int LAYERS = 5;

    private static TypeOptions random(long seed) {
        Random random = new Random(seed);
        Map<String, List<Option>> byLayer = new LinkedHashMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            double size = 1 + random.nextInt(20);
            double weight = random.nextDouble();
            byLayer.put(
                    "layer" + layer,
                    List.of(
                            new Option("int8", 0, 7 * size, size),
                            new Option("log5", weight, 4.4 * size, size),
                            new Option("int4", 3 * weight, 3.4 * size, size),
                            new Option("fp32", -weight / 2, 30 * size, size * (0.8 + random.nextDouble()))));
        }
        return new TypeOptions(byLayer);
    }

    private static double noise(Map<String, Option> chosen) {
        return chosen.values().stream().mapToDouble(Option::noise).sum();
    }

    private static boolean fits(Map<String, Option> chosen, double bytes, double micros) {
        return chosen.values().stream().mapToDouble(Option::bytes).sum() <= bytes * (1 + 1e-8)
                && chosen.values().stream().mapToDouble(Option::micros).sum() <= micros * (1 + 1e-8);
    }

    private static List<Map<String, Option>> all(TypeOptions options) {
        List<Map<String, Option>> all = new ArrayList<>(List.of(Map.of()));
        options.byLayer().forEach((layer, each) -> {
            List<Map<String, Option>> longer = new ArrayList<>();
            for (Map<String, Option> before : all) {
                for (Option option : each) {
                    Map<String, Option> more = new HashMap<>(before);
                    more.put(layer, option);
                    longer.add(more);
                }
            }
            all.clear();
            all.addAll(longer);
        });
        return all;
    }

    @Test
    void limits_are_kept_and_the_noise_is_near_the_least_that_is_possible() {
        double found = 0;
        double best = 0;
        for (int seed = 0; seed < 60; seed++) {
            TypeOptions options = random(seed);
            double eight = options.byLayer().values().stream()
                    .mapToDouble(each -> each.getFirst().bytes())
                    .sum();
            double micros = eight / 7;
            double most = eight * (0.55 + 0.01 * seed);
            Optional<Map<String, Option>> chosen = options.within(most, micros);
            double least = all(options).stream()
                    .filter(each -> fits(each, most, micros))
                    .mapToDouble(TypeOptionsTest::noise)
                    .min()
                    .orElseThrow();
            assertThat(chosen).as("seed %d", seed).isPresent();
            assertThat(fits(chosen.get(), most, micros)).as("seed %d", seed).isTrue();
            assertThat(noise(chosen.get())).isGreaterThanOrEqualTo(least - 1e-6);
            found += noise(chosen.get()) - noise(all(options).getFirst());
            best += least - noise(all(options).getFirst());
        }
        assertThat(found - best).isLessThan(0.15 * (Math.abs(best) + 10));
    }

    @Test
    void what_no_choice_keeps_is_empty_and_room_for_all_gives_the_least_noise() {
        TypeOptions options = random(3);
        assertThat(options.within(options.leastBytes() * 0.99, 1e9)).isEmpty();
        assertThat(options.within(options.leastBytes(), 1e9)).isPresent();
        assertThat(options.within(1e9, 1e9).orElseThrow().values())
                .allSatisfy(option -> assertThat(option.type()).isEqualTo("fp32"));
    }
}
