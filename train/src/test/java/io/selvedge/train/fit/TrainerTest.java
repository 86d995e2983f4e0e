package io.selvedge.train.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.data.Dataset;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainerTest {
    @TempDir
    private Path folder;

    private static TrainingData data(Dataset all) {
        return TrainingData.split(all, 0.1, 1, false, true, false);
    }

    private TrainResult train(Graph student, TrainOptions options, Path checkpoints) {
        TrainRequest request = new TrainRequest(student, options, checkpoints);
        try (Trainer trainer =
                new Trainer(request, data(SmallTask.stripes(1000, 1)), TrainListener.SILENT, () -> false)) {
            return trainer.run();
        }
    }

    @Test
    void a_net_of_random_weights_learns_the_stripes() {
        TrainResult result = train(SmallTask.net(8, 3, true, false), TrainOptions.of(6, 1), folder);
        assertThat(SmallTask.accuracy(result.graph(), SmallTask.stripes(300, 2)))
                .isGreaterThan(0.95);
    }
}
