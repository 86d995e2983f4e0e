package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.OpCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What training refuses or cannot go on with, as a user meets it; each error says what to do. */
final class BadTrainingTest {
    private static final String TRAINING = "training: {split: 60, validation: 0.2}\n";

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void write() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
    }

    private Path data(TinyData data) throws IOException {
        data.writeNpz(folder.resolve("data.npz"));
        return Files.writeString(folder.resolve("data.yaml"), "kind: npz\npath: data.npz\n" + TRAINING);
    }

    private Path unlabelled() throws IOException {
        TinyData.writeNpz(
                folder.resolve("data.npz"), Map.of("x", TinyData.random(90, 3).floats()));
        return Files.writeString(folder.resolve("data.yaml"), "kind: npz\npath: data.npz\n" + TRAINING);
    }

    private CommandLineRun train(Path data, Object... more) {
        List<Object> line = new ArrayList<>(List.of("train", model, "--data", data, "--epochs", 2, "--batch", 8));
        line.addAll(List.of("--out", folder.resolve("out.onnx")));
        line.addAll(List.of(more));
        if (!line.contains("--learning-rate")) {
            line.addAll(List.of("--learning-rate", 0.001));
        }
        return CommandLineRun.of(line.toArray());
    }

    @Test
    void labels_are_needed_unless_a_teacher_knows() throws IOException {
        train(unlabelled()).refused(3, "NO_LABELS", "--teacher");
        CommandLineRun taught = train(unlabelled(), "--teacher", model);
        assertThat(taught.status()).as(taught.err()).isZero();
    }

    @Test
    void one_class_teaches_nothing() throws IOException {
        TinyData data = TinyData.random(90, 3);
        train(data(new TinyData(data.pictures(), new int[90]))).refused(3, "NO_LABELS", "at least two classes");
    }

    @Test
    void a_loss_that_explodes_names_the_step_and_keeps_the_checkpoint() throws IOException {
        train(data(TinyData.random(90, 3)), "--learning-rate", 1e30)
                .refused(3, "NAN_LOSS", "at step ", "lower --learning-rate");
        assertThat(folder.resolve("out.onnx")).doesNotExist();
        assertThat(folder.resolve("out.onnx.training/checkpoint.tensors")).isRegularFile();
    }

    @Test
    void a_teacher_of_another_task_is_refused() throws IOException {
        Path other = folder.resolve("other.onnx");
        OnnxExporter.write(GraphText.parse("""
                        graph other
                        input x: float32[1,3,4,4]
                        const w: float32[48,2] = splat 0.1
                        node flat: Flatten{axis=1}(x) -> f
                        node fc: MatMul(f, w) -> sides
                        output sides
                        """, OpCatalog.ALL), other);
        train(data(TinyData.random(90, 3)), "--teacher", other)
                .refused(3, "TEACHER_MISMATCH", "'sides' has 2", "'scores' 3", "same task");
    }
}
