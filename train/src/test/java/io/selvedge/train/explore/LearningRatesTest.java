package io.selvedge.train.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningRatesTest {
    private static final Recipe WHOLE = new Recipe(0, 0, "int8");
    private static final Recipe QUARTER = new Recipe(0.25, 0, "int8");
    private static final Recipe HALF = new Recipe(0.5, 0, "int8");
    private static final Recipe ZEROS = new Recipe(0, 0.6, "int8");
    private static final List<Recipe> ALL = List.of(WHOLE, QUARTER, HALF, ZEROS);

    @TempDir
    private Path folder;

    private LearningRates rates() {
        return new LearningRates(new TrialFolder(folder));
    }

    @Test
    void the_first_of_a_kind_searches_and_the_others_wait_for_what_it_finds() throws Exception {
        LearningRates rates = rates();
        assertThat(rates.assign(ALL)).isEqualTo(Set.of(WHOLE, QUARTER));
        assertThat(rates.of(QUARTER)).isEmpty();
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<OptionalDouble> half = pool.submit(() -> rates.of(HALF));
            Thread.sleep(20);
            assertThat(half).isNotDone();
            rates.found(QUARTER, OptionalDouble.of(1e-3));
            assertThat(half.get(10, TimeUnit.SECONDS)).hasValue(1e-3);
        }
        assertThat(rates.of(ZEROS)).hasValue(1e-3);
    }

    @Test
    void what_was_found_is_known_to_later_rounds_and_runs() {
        LearningRates rates = rates();
        rates.assign(ALL);
        rates.found(QUARTER, OptionalDouble.of(3e-4));
        rates.found(HALF, OptionalDouble.of(7));
        assertThat(rates.assign(List.of(HALF, ZEROS))).isEmpty();
        LearningRates later = rates();
        assertThat(later.assign(ALL)).isEqualTo(Set.of(WHOLE));
        assertThat(later.of(HALF)).hasValue(3e-4);
    }

    @Test
    void behind_a_failure_each_searches_for_itself_and_the_next_round_has_another_try() {
        LearningRates rates = rates();
        rates.assign(ALL);
        rates.found(QUARTER, OptionalDouble.empty());
        assertThat(rates.of(HALF)).isEmpty();
        rates.found(HALF, OptionalDouble.of(1e-4));
        assertThat(rates.assign(List.of(HALF, ZEROS))).isEqualTo(Set.of(HALF));
    }
}
