package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.onnx.OnnxImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void write() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        TinyData.random(90, 3).writeNpz(folder.resolve("data.npz"));
        data = Files.writeString(
                folder.resolve("data.yaml"), "kind: npz\npath: data.npz\ntraining: {split: 60, validation: 0.2}\n");
    }

    @Test
    void a_model_is_trained_and_its_file_says_how() {
        Path out = folder.resolve("trained.onnx");
        CommandLineRun run = CommandLineRun.of(
                "train", model, "--data", data, "--epochs", 2, "--learning-rate", 0.001, "--batch", 8, "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("top1 on 30 samples that were not trained on", "Wrote " + out);
        assertThat(OnnxImporter.metadata(out).get("selvedge.history"))
                .contains("\"step\":\"train\"", "\"seed\":1", "\"digest\":\"", "\"tool\":\"selvedge ");
        assertThat(folder.resolve("trained.onnx.training")).doesNotExist();
    }

    @Test
    void it_is_said_when_no_epoch_was_better_and_how_to_keep_the_last() throws IOException {
        // Its own pupil is perfect before it learns anything.
        assertThat(afterItself("0.2")).contains("No epoch was judged better", "'validation: 0'");
        assertThat(afterItself("0"))
                .doesNotContain("No epoch was judged better")
                .contains("kept");
    }

    private String afterItself(String validation) throws IOException {
        Path unlabelled = Files.writeString(
                folder.resolve("unlabelled.yaml"),
                "kind: npz\npath: data.npz\ntraining: {split: 60, labels: false, validation: " + validation + "}\n");
        Path out = folder.resolve("same.onnx");
        CommandLineRun run = CommandLineRun.of(
                "train",
                model,
                "--teacher",
                model,
                "--data",
                unlabelled,
                "--epochs",
                1,
                "--learning-rate",
                0.01,
                "--batch",
                8,
                "--out",
                out);
        assertThat(run.status()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void a_thinner_student_is_derived_and_taught() throws IOException {
        Path teacher = TinyModel.writeWide(folder.resolve("wide.onnx"));
        Path out = folder.resolve("student.onnx");
        CommandLineRun run = CommandLineRun.of(
                "compress",
                "distil",
                teacher,
                "--width",
                0.5,
                "--data",
                data,
                "--epochs",
                1,
                "--learning-rate",
                0.001,
                "--batch",
                8,
                "--no-labels",
                "--out",
                out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("Student: ", "Wrote " + out);
        Graph student = OnnxImporter.read(out);
        Graph graph = OnnxImporter.read(teacher);
        assertThat(parameters(student)).isBetween(parameters(graph) / 5, parameters(graph) * 2 / 3);
        assertThat(student.outputs().stream().map(student::type))
                .isEqualTo(graph.outputs().stream().map(graph::type).toList());
        assertThat(OnnxImporter.metadata(out).get("selvedge.history"))
                .contains("\"step\":\"distil\"", "\"width\":0.5", "\"teacher\":true", "\"useLabels\":false");
    }

    private static long parameters(Graph graph) {
        return GraphCost.of(graph).parameters();
    }

    @Test
    void a_student_that_cannot_be_is_refused() {
        CommandLineRun.of("compress", "distil", model, "--data", data)
                .refused(2, "BAD_OPTION", "--width or --depth is needed");
        CommandLineRun.of("compress", "distil", model, "--data", data, "--depth", 0.1)
                .refused(4, "NO_CANDIDATE_FITS", "none of these can go");
        Path other = TinyModel.writeWide(folder.resolve("wide.onnx"));
        CommandLineRun.of("train", other, "--data", data, "--teacher", folder.resolve("none.onnx"))
                .refused(3, "MODEL_NOT_FOUND", "none.onnx");
    }

    @Test
    void options_that_make_no_sense_are_refused() {
        CommandLineRun.of("train", model, "--data", data, "--epochs", 0).refused(2, "BAD_OPTION", "--epochs");
        CommandLineRun.of("train", model, "--data", data, "--augment", "spin").refused(2, "BAD_OPTION", "spin", "flip");
        CommandLineRun.of("train", model, "--data", data, "--augment", "mix=2")
                .refused(2, "BAD_OPTION", "mix", "0 to 1");
        CommandLineRun.of("train", model, "--data", data, "--augment", "mix=0.5", "--out", folder.resolve("mixed.onnx"))
                .refused(2, "BAD_OPTION", "mix", "labels: false");
        CommandLineRun.of("compress", "distil", model, "--data", data, "--width", 1.5)
                .refused(2, "BAD_OPTION", "--width", "between 0 and 1");
    }
}
