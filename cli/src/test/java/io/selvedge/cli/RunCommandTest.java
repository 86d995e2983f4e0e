package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.cli.TinyData.Array;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.OpCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle's answers and its score, and inputs that do not fit it. */
final class RunCommandTest {
    @TempDir
    private static Path folder;

    private static Path bundle;
    private static final TinyData DATA = TinyData.random(90, 3);

    @BeforeAll
    static void deploy() throws IOException {
        Path model = TinyModel.write(folder.resolve("net.onnx"));
        CommandLineRun run = CommandLineRun.of("deploy", model, "--dim", "N=1", "--out", folder.resolve("out"));
        assertThat(run.status()).as(run.err()).isZero();
        bundle = folder.resolve("out/model.selv");
        DATA.writeNpz(folder.resolve("eval.npz"));
    }

    @Test
    void one_answer_is_printed_and_written() throws Exception {
        Path sample = npy("x.npy", Array.floats(List.of(1, 3, 4, 4), DATA.pictures()[1]));
        CommandLineRun run = CommandLineRun.of(
                "run", bundle, "--input", sample, "--top", "1", "--output-dir", folder.resolve("answers"));
        assertThat(run.status()).as(run.err()).isZero();
        // The picture's strongest colour is its label.
        assertThat(run.out().lines().toList().get(1)).matches(" +" + DATA.labels()[1] + " .*");
        assertThat(run.out()).contains("Wrote ").contains("scores.npy");
        NpyFile written = NpyFile.read(folder.resolve("answers/scores.npy"));
        assertThat(written.shape()).containsExactly(1, 3);
        JsonNode json = new ObjectMapper()
                .readTree(CommandLineRun.of("run", bundle, "--input", "x=" + sample, "--json")
                        .out());
        for (int i = 0; i < TinyModel.CLASSES; i++) {
            assertThat((float) json.get("scores").get("values").get(i).asDouble())
                    .isEqualTo(written.bytes().getFloat(4 * i));
        }
    }

    @Test
    void score_over_data_is_that_of_the_labels() throws Exception {
        int right = 0;
        for (int i = 0; i < DATA.labels().length; i++) {
            Path sample = npy("s.npy", Array.floats(List.of(3, 4, 4), DATA.pictures()[i]));
            String out = CommandLineRun.of("run", bundle, "--input", sample, "--top", "1")
                    .out();
            right += out.lines().toList().get(1).strip().startsWith(DATA.labels()[i] + " ") ? 1 : 0;
        }
        Path yaml = yaml("kind: npz\npath: eval.npz\n");
        JsonNode json = new ObjectMapper()
                .readTree(CommandLineRun.of("run", bundle, "--data", yaml, "--json")
                        .out());
        assertThat(json.get("metric").asText()).isEqualTo("top1");
        assertThat(json.get("samples").asInt()).isEqualTo(90);
        assertThat(json.get("value").asDouble() * 90).isEqualTo(right);
        assertThat(right).isGreaterThan(45);
        assertThat(CommandLineRun.of("run", bundle, "--data", yaml, "--take", "1")
                        .out())
                .contains("on 1 sample\n");
    }

    @Test
    void input_that_does_not_fit_is_told() throws IOException {
        Path five = npy("five.npy", Array.floats(List.of(1, 3, 5, 5), new float[75]));
        run("--input", five).refused(3, "SHAPE_MISMATCH", "float32[1, 3, 4, 4]", "[1, 3, 5, 5]");
        Path longs = npy("longs.npy", new Array("<i8", List.of(1, 3, 4, 4), new byte[8 * TinyModel.VALUES]));
        run("--input", longs).refused(3, "DTYPE_MISMATCH", "float32", "int64", "astype");
        Path cut = npy("cut.npy", new Array("<f4", List.of(1, 3, 4, 4), new byte[10]));
        run("--input", cut).refused(3, "BAD_DATA", "cut.npy", "192 bytes");
        run("--input", bundle).refused(3, "BAD_DATA", "no NPY file", "numpy.save");
        run("--input", folder.resolve("none.npy")).refused(3, "DATA_NOT_FOUND", "none.npy");
        run("--input", "y=" + five).refused(2, "BAD_OPTION", "'y'", "[x]");
        run("--input", "x=" + five, "--input", "x=" + five).refused(2, "BAD_OPTION", "twice");
        run("--input", five, "--top", "0").refused(2, "BAD_OPTION", "--top");
    }

    @Test
    void data_that_do_not_fit_are_told() throws IOException {
        TinyData.writeNpz(folder.resolve("names.npz"), Map.of("z", DATA.floats()));
        run("--data", yaml("kind: npz\npath: names.npz\n")).refused(3, "BAD_DATA", "'x'", "[z]");
        TinyData.writeNpz(folder.resolve("five.npz"), Map.of("x", Array.floats(List.of(2, 3, 5, 5), new float[150])));
        run("--data", yaml("kind: npz\npath: five.npz\n")).refused(3, "SHAPE_MISMATCH", "[1,3,4,4]", "[1,3,5,5]");
        TinyData.writeNpz(folder.resolve("bare.npz"), Map.of("x", DATA.floats()));
        run("--data", yaml("kind: npz\npath: bare.npz\n")).refused(3, "BAD_DATA", "no labels", "selvedge deploy");
        run("--data", folder.resolve("none.yaml")).refused(3, "DATA_NOT_FOUND", "none.yaml");
        run("--data", yaml("kind: npz\npath: eval.npz\n"), "--take", "0").refused(2, "BAD_OPTION", "--take");
    }

    @Test
    void floats_for_a_bundle_of_integers_are_refused() throws IOException {
        Path model = TinyModel.writeOfIntegers(folder.resolve("integers.onnx"));
        Path out = folder.resolve("integers");
        assertThat(CommandLineRun.of("deploy", model, "--out", out).status()).isZero();
        TinyData.writeNpz(
                folder.resolve("floats.npz"),
                Map.of("x", Array.floats(List.of(2, 4), new float[8]), "y", Array.longs(0, 1)));
        CommandLineRun.of("run", out.resolve("model.selv"), "--data", yaml("kind: npz\npath: floats.npz\n"))
                .refused(3, "DTYPE_MISMATCH", "int8[1,4]", "float32[1,4]", "dtype: int8");
    }

    @Test
    void sequence_of_inputs_carries_states_and_stacks_outputs() throws IOException {
        Path sums = deployed("sums", """
                graph sums
                input x: float32[1,2]
                input before: float32[1,2]
                node add: Add(x, before) -> after
                node neg: Neg(after) -> y
                output y
                output after
                """, "--state", "after:before");
        Path three = npy("three.npy", Array.floats(List.of(3, 1, 2), new float[] {1, 2, 3, 4, 5, 6}));
        Path answers = folder.resolve("sums-answers");
        CommandLineRun run = CommandLineRun.of("run", sums, "--input", three, "--output-dir", answers);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("y [3, 1, 2]", "6 values from -12.0000 to -1.00000")
                .doesNotContain("after");
        NpyFile y = NpyFile.read(answers.resolve("y.npy"));
        assertThat(y.shape()).containsExactly(3, 1, 2);
        float[] values = new float[6];
        y.bytes().asFloatBuffer().get(values);
        assertThat(values).containsExactly(-1, -2, -4, -6, -9, -12);
        CommandLineRun inspected = CommandLineRun.of("inspect", sums);
        assertThat(inspected.out())
                .contains(
                        "  input   x  float32[1, 2]\n",
                        "  output  y  ",
                        "  state   before  float32[1, 2], the after of")
                .doesNotContain("input   before", "output  after");
    }

    @Test
    void integers_stay_integers_and_an_index_out_of_range_is_told() throws IOException {
        Path table = deployed("table", """
                graph table
                input i: int64[2]
                const t: float32[3] = {5, 6, 7}
                node g: Gather{axis=0}(t, i) -> y
                node a: Add(i, i) -> z
                output y
                output z
                """);
        Path good = npy("good.npy", Array.longs(2, 0));
        assertThat(CommandLineRun.of("run", table, "--input", good).out())
                .isEqualTo("y [2]\n      0  7.00000\n      1  5.00000\nz [2]\n      0  4\n      1  0\n");
        CommandLineRun.of("run", table, "--input", npy("bad.npy", Array.longs(2, 3)))
                .refused(3, "BAD_DATA", "out of range");
    }

    @Test
    void sequences_of_different_lengths_are_refused() throws IOException {
        Path two = deployed("two", """
                graph two
                input a: float32[2]
                input b: float32[2]
                node add: Add(a, b) -> y
                output y
                """);
        Path three = npy("a3.npy", Array.floats(List.of(3, 2), new float[6]));
        Path four = npy("b4.npy", Array.floats(List.of(4, 2), new float[8]));
        CommandLineRun.of("run", two, "--input", "a=" + three, "--input", "b=" + four)
                .refused(3, "SHAPE_MISMATCH", "a3.npy 3 calls", "b4.npy 4 calls");
        Path one = npy("b1.npy", Array.floats(List.of(2), new float[] {1, 2}));
        assertThat(CommandLineRun.of("run", two, "--input", "a=" + three, "--input", "b=" + one)
                        .out())
                .startsWith("y [3, 2]");
    }

    private static Path deployed(String name, String graph, Object... options) {
        Path model = folder.resolve(name + ".onnx");
        OnnxExporter.write(GraphText.parse(graph, OpCatalog.ALL), model);
        List<Object> args = new ArrayList<>(List.of("deploy", model, "--out", folder.resolve(name)));
        args.addAll(List.of(options));
        CommandLineRun run = CommandLineRun.of(args.toArray());
        assertThat(run.status()).as(run.err()).isZero();
        return folder.resolve(name + "/model.selv");
    }

    private static CommandLineRun run(Object... args) {
        Object[] all = new Object[args.length + 2];
        all[0] = "run";
        all[1] = bundle;
        System.arraycopy(args, 0, all, 2, args.length);
        return CommandLineRun.of(all);
    }

    private static Path npy(String name, Array array) throws IOException {
        return Files.write(folder.resolve(name), array.npy());
    }

    private static Path yaml(String text) throws IOException {
        return Files.writeString(folder.resolve("eval.yaml"), text);
    }
}
