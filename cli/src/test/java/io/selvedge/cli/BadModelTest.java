package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are none, through every command that reads one; what is told apart is tested where models are read. */
final class BadModelTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void write_data() throws IOException {
        model = folder.resolve("net.onnx");
        TinyData.random(20, 1).writeNpz(folder.resolve("eval.npz"));
        data = Files.writeString(folder.resolve("eval.yaml"), "kind: npz\npath: eval.npz\n");
    }

    @Test
    void missing_model_and_folder_in_its_place_are_told() throws IOException {
        refused(3, "MODEL_NOT_FOUND", "net.onnx", "check the path");
        Files.createDirectory(model);
        refused(3, "BAD_MODEL", "net.onnx", "is a folder");
    }

    @Test
    void model_cut_off_anywhere_is_refused() throws IOException {
        byte[] whole = TinyModel.bytes();
        for (int length = 0; length < whole.length; length += 1 + whole.length / 12) {
            Files.write(model, Arrays.copyOf(whole, length));
            refused(3, "BAD_MODEL", "net.onnx");
        }
    }

    @Test
    void random_bytes_are_refused() throws IOException {
        byte[] noise = new byte[4096];
        for (int seed = 0; seed < 5; seed++) {
            new Random(seed).nextBytes(noise);
            Files.write(model, noise);
            refused(3, "BAD_MODEL", "net.onnx", "not an ONNX model");
        }
    }

    @Test
    void an_empty_file_and_one_that_is_called_tflite_but_is_none_are_told() throws IOException {
        Files.write(model, new byte[0]);
        refused(3, "BAD_MODEL", "net.onnx is empty");
        Path renamed = Files.writeString(folder.resolve("net.tflite"), "no model at all");
        CommandLineRun.of("inspect", renamed)
                .refused(3, "BAD_MODEL", "net.tflite is neither a TFLite nor an ONNX model");
    }

    @Test
    void unknown_operator_is_named_with_its_node_and_file() throws IOException {
        TinyModel.writeWithUnknownOperator(model);
        refused(3, "UNSUPPORTED_OP", "Relux", "'relu'", "net.onnx", "nearest that is: Relu");
    }

    @Test
    void dimension_left_open_names_what_to_give() throws IOException {
        TinyModel.write(model);
        for (String command : List.of("inspect", "dump")) {
            CommandLineRun.of(command, model)
                    .refused(3, "UNBOUND_DIMENSION", "'x'", "[N,3,4,4]", "--dim N=1", "--input-shape x=1,3,4,4");
            assertThat(CommandLineRun.of(command, model, "--dim", "N=1").status())
                    .isZero();
            assertThat(CommandLineRun.of(command, model, "--input-shape", "x=1,3,4,4")
                            .status())
                    .isZero();
            CommandLineRun.of(command, model, "--dim", "N=1", "--dim", "M=2")
                    .refused(2, "BAD_OPTION", "--dim M=2", "[N]");
            CommandLineRun.of(command, model, "--input-shape", "y=1", "--dim", "N=1")
                    .refused(2, "BAD_OPTION", "[y]", "[x]");
        }
        Path out = folder.resolve("out");
        CommandLineRun.of("deploy", model, "--out", out).refused(3, "UNBOUND_DIMENSION", "--dim N=1");
        assertThat(out).doesNotExist();
    }

    @Test
    void bundle_in_place_of_a_model_is_told_where_it_belongs() throws IOException {
        TinyModel.write(model);
        CommandLineRun run = CommandLineRun.of("deploy", model, "--dim", "N=1", "--out", folder.resolve("out"));
        assertThat(run.status()).as(run.err()).isZero();
        Path bundle = folder.resolve("out/model.selv");
        CommandLineRun.of("deploy", bundle).refused(3, "BAD_MODEL", "is a bundle", "selvedge inspect " + bundle);
        CommandLineRun.of("dump", bundle).refused(3, "BAD_MODEL", "is a bundle", "selvedge inspect " + bundle);
        CommandLineRun.of("run", model, "--input", model).refused(7, "BAD_BUNDLE", "net.onnx", "selvedge deploy");
    }

    /** By all three commands; deploy leaves no folder. */
    private void refused(int status, String code, String... parts) {
        CommandLineRun.of("inspect", model, "--dim", "N=1").refused(status, code, parts);
        CommandLineRun.of("dump", model, "--dim", "N=1").refused(status, code, parts);
        Path out = folder.resolve("deep/out");
        CommandLineRun.of("deploy", model, "--data", data, "--out", out).refused(status, code, parts);
        assertThat(folder.resolve("deep")).doesNotExist();
    }
}
