package io.selvedge.train.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Schedule;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingProcessTest {
    private static final Graph NET = GraphText.parse("""
            graph dense
            input x: float32[1,4]
            const w: float32[2,4] = {0.1, -0.2, 0.3, 0.1, 0.2, 0.1, -0.1, 0.2}
            const b: float32[2] = {0, 0}
            node fc: Gemm{alpha=1.0, beta=1.0, transA=0, transB=1}(x, w, b) -> y
            output y
            """, OpCatalog.ALL);

    @TempDir
    private Path folder;

    /** Records of four numbers whose label is whether the first is larger than the second. */
    private Path data() throws IOException {
        Path records = Files.createDirectories(folder.resolve("records"));
        StringBuilder labels = new StringBuilder();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 120; i++) {
            ByteBuffer values = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            for (int k = 0; k < 4; k++) {
                values.putFloat((float) random.nextGaussian());
            }
            Files.write(records.resolve(i + ".bin"), values.array());
            labels.append(i)
                    .append(".bin,")
                    .append(values.getFloat(0) > values.getFloat(4) ? 1 : 0)
                    .append('\n');
        }
        Files.writeString(folder.resolve("labels.csv"), labels);
        return Files.writeString(folder.resolve("data.yaml"), """
                kind: raw
                path: records
                record: {dtype: float32, shape: [1, 4]}
                labels: {file: labels.csv, key: 0, value: 1}
                input: {name: x}
                training: {split: 100, validation: 0.2}
                """);
    }

    private TrainRequest request(int epochs, String checkpoints) {
        return request(epochs, 1, checkpoints);
    }

    private TrainRequest request(int epochs, long seed, String checkpoints) {
        TrainOptions options = TrainOptions.of(epochs, seed)
                .with(new Schedule(epochs, 8, OptionalDouble.of(0.02), 0.05, 0, OptionalInt.empty()));
        return new TrainRequest(NET, options, folder.resolve(checkpoints));
    }

    @Test
    void a_training_that_is_killed_goes_on_to_the_same_parameters() throws IOException {
        Path data = data();
        TrainResult whole = TrainingProcess.train(request(300, "whole"), data, TrainListener.SILENT);
        assertThat(whole.evaluation().orElseThrow().after()).isGreaterThan(0.9);
        assertThat(whole.evaluation().orElseThrow().samples()).isEqualTo(20);
        SplittableRandom random = new SplittableRandom(11);
        int kills = 0;
        while (true) {
            long limit = 700 + random.nextInt(500) + kills * 1200L;
            boolean[] killed = {false};
            try {
                TrainResult result = TrainingProcess.train(request(300, "killed"), data, progress -> {
                    if (progress.phase().startsWith("epoch") && progress.step() >= limit && !killed[0]) {
                        killed[0] = true;
                        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
                    }
                });
                assertThat(kills).isPositive();
                assertThat(result.digest()).isEqualTo(whole.digest());
                assertThat(result.history()).isEqualTo(whole.history());
                return;
            } catch (SelvedgeException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.TRAINING_FAILED);
                assertThat(e).hasMessageContaining("--resume");
                assertThat(folder.resolve("killed/checkpoint.tensors")).exists();
                kills++;
            }
        }
    }

    @Test
    void another_seed_is_judged_by_the_same_samples() throws IOException {
        Path data = data();
        TrainResult one = TrainingProcess.train(request(1, 1, "one"), data, TrainListener.SILENT);
        TrainResult two = TrainingProcess.train(request(1, 2, "two"), data, TrainListener.SILENT);
        assertThat(two.history().getFirst()).isEqualTo(one.history().getFirst());
        assertThat(two.digest()).isNotEqualTo(one.digest());
    }

    @Test
    void a_result_that_others_judge_is_not_judged_here() throws IOException {
        TrainResult result =
                TrainingProcess.train(request(1, "alone").withoutEvaluation(), data(), TrainListener.SILENT);
        assertThat(result.evaluation()).isEmpty();
        assertThat(result.digest())
                .isEqualTo(TrainingProcess.train(request(1, "judged"), data(), TrainListener.SILENT)
                        .digest());
    }

    @Test
    void what_the_other_process_finds_wrong_arrives_here() throws IOException {
        Path data = data();
        Files.writeString(data, Files.readString(data).replace("split: 100", "split: 120"));
        assertThatThrownBy(() -> TrainingProcess.train(request(1, "wrong"), data, TrainListener.SILENT))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContaining("training split of 120 leaves none")
                .extracting(e -> ((SelvedgeException) e).code())
                .isEqualTo(ErrorCode.EMPTY_DATA);
    }

    @Test
    void what_cannot_be_trained_is_named_before_a_process_starts() {
        Graph untrainable = GraphText.parse("""
                graph ranks
                input x: float32[1,4]
                const w: float32[4,4] = splat 0.5
                const k: int64[1] = {2}
                node m: MatMul(x, w) -> s
                node top: TopK{axis=1}(s, k) -> best, where
                output best
                """, OpCatalog.ALL);
        TrainRequest request = new TrainRequest(untrainable, TrainOptions.of(1, 1), folder.resolve("never"));
        assertThatThrownBy(() -> TrainingProcess.train(request, folder.resolve("no.yaml"), TrainListener.SILENT))
                .hasMessageContaining("TopK at [top]")
                .hasMessageContaining("Export the model without")
                .extracting(e -> ((SelvedgeException) e).code())
                .isEqualTo(ErrorCode.UNTRAINABLE);
        assertThat(folder.resolve("never")).doesNotExist();
    }
}
