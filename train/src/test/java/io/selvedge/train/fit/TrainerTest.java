package io.selvedge.train.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.Augmentation;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Distillation;
import io.selvedge.train.TrainOptions.Optimizer;
import io.selvedge.train.TrainOptions.Schedule;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainerTest {
    private static final Graph NET = SmallTask.net(8, 3, true, false);

    @TempDir
    private Path folder;

    private static TrainOptions options(int epochs, double rate) {
        TrainOptions usual = TrainOptions.of(epochs, 1);
        return usual.with(new Schedule(epochs, 16, OptionalDouble.of(rate), 0.05, 0, OptionalInt.of(20)));
    }

    private static TrainingData split(Dataset all) {
        return TrainingData.split(all, 0.2, 1, false, true, false);
    }

    private static TrainResult train(TrainRequest request, Dataset all) {
        try (Trainer trainer = new Trainer(request, split(all), TrainListener.SILENT, () -> false)) {
            return trainer.run();
        }
    }

    private TrainResult train(Graph student, TrainOptions options) {
        return train(new TrainRequest(student, options, folder), SmallTask.stripes(500, 1));
    }

    @Test
    void a_net_of_random_weights_learns_the_stripes() {
        TrainResult result = train(new TrainRequest(NET, TrainOptions.of(4, 1), folder), SmallTask.stripes(1000, 1));
        assertThat(SmallTask.accuracy(NET, SmallTask.stripes(300, 2))).isLessThan(0.6);
        assertThat(SmallTask.accuracy(result.graph(), SmallTask.stripes(300, 2)))
                .isGreaterThan(0.95);
        assertThat(result.history().getLast().validationAccuracy()).isGreaterThan(0.95);
    }

    @Test
    void factors_in_bfloat16_teach_the_same_and_are_no_part_of_what_judges() {
        TrainOptions half = options(8, 0.01).withMixedPrecision(true);
        TrainResult whole = train(NET, options(8, 0.01));
        Path other = folder.resolve("other");
        TrainResult result = train(
                new TrainRequest(NET, Optional.of(whole.graph()), half, List.of(), other), SmallTask.stripes(500, 1));
        assertThat(SmallTask.accuracy(result.graph(), SmallTask.stripes(300, 2)))
                .isGreaterThan(0.95);
        assertThat(result.digest()).isNotEqualTo(whole.digest());
        TrainResult alone = train(new TrainRequest(NET, half, folder.resolve("alone")), SmallTask.stripes(500, 1));
        assertThat(alone.history().getFirst()).isEqualTo(whole.history().getFirst());
        assertThat(alone.digest()).isNotEqualTo(whole.digest());
    }

    @Test
    void momentum_learns_them_too_behind_a_softmax() {
        TrainOptions options = options(8, 0.05).with(new Descent(Optimizer.SGD, 0.9, 1e-4, 5));
        TrainResult result = train(SmallTask.net(8, 3, true, true), options);
        assertThat(SmallTask.accuracy(result.graph(), SmallTask.stripes(300, 2)))
                .isGreaterThan(0.95);
    }

    @Test
    void a_folded_net_gets_its_normalisation_back_for_training_and_is_folded_again() {
        Graph folded = SmallTask.net(8, 3, false, false);
        TrainResult result = train(folded, options(8, 0.01));
        assertThat(result.graph().nodes()).hasSameSizeAs(folded.nodes());
        assertThat(result.graph().constants().keySet())
                .isEqualTo(folded.constants().keySet());
        assertThat(SmallTask.accuracy(result.graph(), SmallTask.stripes(300, 2)))
                .isGreaterThan(0.95);
    }

    @Test
    void giving_normalisation_back_changes_nothing_before_the_first_step() {
        Graph folded = SmallTask.net(8, 3, false, false);
        TrainResult without = train(folded, options(1, 1e-30).withRestoredBatchNorm(false));
        Path other = folder.resolve("other");
        TrainResult with = train(new TrainRequest(folded, options(1, 1e-30), other), SmallTask.stripes(500, 1));
        assertThat(with.history().getFirst().validationLoss())
                .isCloseTo(without.history().getFirst().validationLoss(), within(1e-4));
    }

    @Test
    void equal_seeds_give_equal_parameters_and_others_do_not() {
        String first = train(NET, options(2, 0.01)).digest();
        deleteCheckpoint();
        assertThat(train(NET, options(2, 0.01)).digest()).isEqualTo(first);
        TrainOptions other = TrainOptions.of(2, 2).with(options(2, 0.01).schedule());
        assertThat(train(NET, other).digest()).isNotEqualTo(first);
    }

    private void deleteCheckpoint() {
        assertThat(Checkpoint.in(folder).toFile().delete()).isTrue();
    }

    @Test
    void a_training_that_was_stopped_at_any_step_goes_on_to_the_same_parameters() {
        TrainOptions options = options(3, 0.01).with(new Augmentation(true, 1, 0.05, 0.1, 0));
        String whole = train(new TrainRequest(NET, options, folder.resolve("whole")), SmallTask.stripes(500, 1))
                .digest();
        TrainRequest request = new TrainRequest(NET, options, folder.resolve("parts"));
        int[] left = {7};
        for (int round = 0; round < 20; round++) {
            try (Trainer trainer = new Trainer(
                    request, split(SmallTask.stripes(500, 1)), TrainListener.SILENT, () -> left[0]-- == 0)) {
                assertThat(trainer.run().digest()).isEqualTo(whole);
                assertThat(round).isGreaterThan(3);
                return;
            } catch (CancellationException e) {
                left[0] = 7 + round;
            }
        }
        throw new AssertionError("never done");
    }

    @Test
    void a_checkpoint_that_is_cut_off_or_of_another_training_is_not_used() throws Exception {
        TrainResult whole = train(NET, options(1, 0.01));
        Path checkpoint = Checkpoint.in(folder);
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint, bytes);
        assertThat(train(NET, options(1, 0.01)).digest()).isEqualTo(whole.digest());
        assertThat(train(NET, options(1, 0.02)).learningRate()).isEqualTo(0.02);
    }

    @Test
    void a_loss_that_is_no_number_stops_training_at_its_step_with_the_parameters_in_front_of_it() {
        Dataset poisoned = new Poisoned(SmallTask.stripes(500, 1), 137);
        assertThatThrownBy(() -> train(new TrainRequest(NET, options(3, 0.01), folder), poisoned))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageMatching("the loss or its gradient is NaN at step \\d+ of 60 .*checkpoint.tensors.*")
                .extracting(e -> ((SelvedgeException) e).code())
                .isEqualTo(ErrorCode.NAN_LOSS);
        assertThat(io.selvedge.train.TensorFile.read(Checkpoint.in(folder))
                        .orElseThrow()
                        .tensors()
                        .values())
                .allSatisfy(tensor -> assertThat(tensor.toFloats()).satisfies(values -> {
                    for (float value : values) {
                        assertThat(value).isFinite();
                    }
                }));
    }

    private record Poisoned(Dataset clean, int index) implements Dataset {
        @Override
        public int size() {
            return clean.size();
        }

        @Override
        public Sample get(int at) {
            Sample sample = clean.get(at);
            if (at != index) {
                return sample;
            }
            float[] x = sample.inputs().get("x").clone();
            x[3] = Float.NaN;
            return new Sample(sample.name(), Map.of("x", x), sample.label(), Optional.empty());
        }

        @Override
        public Map<String, TensorType> inputs() {
            return clean.inputs();
        }
    }

    @Test
    void masked_weights_stay_zero() {
        Tensor w = NET.constant("w1").orElseThrow();
        Tensor mask = Tensor.filled(w.type(), i -> i % 3 == 0 ? 0 : 1);
        TrainRequest request = new TrainRequest(
                NET, Optional.empty(), options(8, 0.01), List.of(new Treatment.Mask("w1", mask)), folder);
        Graph trained = train(request, SmallTask.stripes(500, 1)).graph();
        Tensor after = trained.constant("w1").orElseThrow();
        for (int i = 0; i < after.elements(); i++) {
            assertThat(after.getFloat(i) == 0).isEqualTo(i % 3 == 0);
        }
        assertThat(SmallTask.accuracy(trained, SmallTask.stripes(300, 2))).isGreaterThan(0.95);
    }

    @Test
    void learned_steps_move_and_weights_learn_to_live_with_two_bits() {
        Treatment fake = new Treatment.FakeQuantization(
                "w1",
                Treatment.Scheme.LINEAR,
                2,
                true,
                -1,
                Tensor.filled(TensorType.of(DType.FLOAT32), _ -> 0.2),
                0,
                true);
        TrainRequest request = new TrainRequest(NET, Optional.empty(), options(8, 0.01), List.of(fake), folder);
        TrainResult result = train(request, SmallTask.stripes(500, 1));
        assertThat(result.history().getLast().validationAccuracy()).isGreaterThan(0.95);
        assertThat(result.learned().get("w1").getDouble(0)).isNotEqualTo(0.2f);
    }

    @Test
    void a_teacher_alone_says_what_mixed_samples_are() {
        Graph teacher = train(NET, options(8, 0.01)).graph();
        TrainOptions options = options(8, 0.01).with(new Augmentation(false, 0, 0, 0, 0.5));
        Graph fresh = SmallTask.net(4, 9, true, false);
        TrainRequest request =
                new TrainRequest(fresh, Optional.of(teacher), options, List.of(), folder.resolve("student"));
        assertThatThrownBy(() -> train(request, SmallTask.stripes(100, 5)))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION))
                .hasMessageContaining("mix")
                .hasMessageContaining("--no-labels");
        Graph student = train(request, SmallTask.unlabelled(500, 5)).graph();
        assertThat(SmallTask.accuracy(student, SmallTask.stripes(300, 2))).isGreaterThan(0.9);
    }

    @Test
    void a_teacher_alone_teaches_without_labels() {
        Graph teacher = train(NET, options(8, 0.01)).graph();
        TrainOptions options = options(8, 0.01).with(new Distillation(2, 0.3, 0, 0));
        TrainRequest request = new TrainRequest(
                SmallTask.net(4, 9, true, false), Optional.of(teacher), options, List.of(), folder.resolve("student"));
        Graph student = train(request, SmallTask.unlabelled(500, 5)).graph();
        assertThat(SmallTask.accuracy(student, SmallTask.stripes(300, 2))).isGreaterThan(0.95);
    }

    @Test
    void what_cannot_be_trained_on_is_refused_before_the_first_step() {
        assertThatThrownBy(() -> train(new TrainRequest(NET, options(1, 0.01), folder), SmallTask.unlabelled(50, 1)))
                .hasMessageContaining("no labels")
                .hasMessageContaining("--teacher");
        Dataset oneClass = SmallTask.stripes(200, 1);
        int[] alike = java.util.stream.IntStream.range(0, oneClass.size())
                .filter(i -> oneClass.get(i).label().getAsInt() == 2)
                .toArray();
        assertThatThrownBy(() -> train(new TrainRequest(NET, options(1, 0.01), folder), oneClass.subset(alike)))
                .hasMessageContaining("have the label [2]");
        Graph other = SmallTask.net(6, 1, true, false);
        Graph wide =
                new Graph("wide", other.inputs(), List.of("flat"), other.constants(), other.nodes(), other.types());
        TrainRequest mismatched = new TrainRequest(NET, Optional.of(wide), options(1, 0.01), List.of(), folder);
        assertThatThrownBy(() -> train(mismatched, SmallTask.stripes(50, 1)))
                .hasMessageContaining("'flat' has 6 values")
                .hasMessageContaining("the student's 'scores' 4");
    }
}
