package io.selvedge.train.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.train.TrainListener.Progress;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static void tell(Pace.Stopwatch watch, long step) {
        watch.progress(new Progress("epoch 1 of 1", step, 60, 1, 1));
    }

    @Test
    void minutes_become_parts_of_an_epoch_or_whole_ones() {
        Pace pace = new Pace(0.1, 600, false);
        assertThat(pace.steps(0.5)).isBetween(150, 300);
        assertThat(pace.steps(2.2)).isEqualTo(1200);
        assertThat(pace.epochs(1200)).isEqualTo(2);
        assertThat(pace.steps(0)).as("enough to learn something").isEqualTo(30);
        assertThat(new Pace(0.001, 6, false).steps(0))
                .as("one pass over few samples")
                .isEqualTo(6);
        assertThat(new Pace(0.001, 6, false).steps(60))
                .as("few samples do not fill an hour")
                .isEqualTo(120);
    }

    @Test
    void a_step_takes_what_lay_between_the_first_and_the_last_one_told() throws InterruptedException {
        Pace.Stopwatch watch = new Pace.Stopwatch();
        tell(watch, 1);
        assertThat(watch.secondsPerStep()).isZero();
        long before = System.nanoTime();
        Thread.sleep(20);
        tell(watch, 11);
        double most = (System.nanoTime() - before) / 1e9;
        assertThat(watch.secondsPerStep()).isBetween(0.002, most);
    }
}
