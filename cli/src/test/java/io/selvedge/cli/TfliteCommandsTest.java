package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.testkit.tflite.Fields;
import io.selvedge.testkit.tflite.TfliteWriter;
import io.selvedge.testkit.tflite.TfliteWriter.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line with a TFLite file, whose name does not say that it is one. */
final class TfliteCommandsTest {
    @TempDir
    private Path folder;

    /** An int8 layer: {@code y = relu(x · wT)}. */
    private Path model() throws IOException {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.INT8, new Steps(0.5f, 0), 1, 4);
        Tensor weights = Tensor.integers(TensorType.of(DType.INT8, 3, 4), i -> 10 * i - 50);
        int filter = w.constant("w", weights, TfliteWriter.perChannel(0, new float[] {0.01f}, new long[] {0}));
        int y = w.tensor("y", DType.INT8, new Steps(0.25f, -128), 1, 3);
        w.operator(9, 8, Fields.of().set(0, (byte) 1), new int[] {x, filter, -1}, y);
        return Files.write(folder.resolve("net.bin"), w.output(y).bytes());
    }

    @Test
    void dump_and_inspect_show_the_layer_on_8_bits() throws IOException {
        CommandLineRun dump = CommandLineRun.of("dump", model(), "--after=lower");
        assertThat(dump.status()).as(dump.err()).isZero();
        assertThat(dump.out()).contains("QConv").doesNotContain("float32");
        CommandLineRun inspect = CommandLineRun.of("inspect", model());
        assertThat(inspect.status()).as(inspect.err()).isZero();
        assertThat(inspect.out()).contains("input   x  int8[1,4]", "output  y  int8[1,3]");
    }

    @Test
    void deploy_writes_a_bundle_that_runs_and_an_onnx_file() throws IOException {
        Path out = folder.resolve("out");
        CommandLineRun deploy = CommandLineRun.of("deploy", model(), "--out", out);
        assertThat(deploy.status()).as(deploy.err()).isZero();
        assertThat(OnnxImporter.read(out.resolve("model.onnx")).inputs()).containsExactly("x");
        Path sample = Files.write(
                folder.resolve("x.npy"), new TinyData.Array("|i1", List.of(1, 4), new byte[] {8, -6, 4, 2}).npy());
        CommandLineRun run = CommandLineRun.of("run", out.resolve("model.selv"), "--input", "x=" + sample, "--json");
        assertThat(run.status()).as(run.err()).isZero();
        // x stands for 4, -3, 2, 1; products with the rows -0.5 ... -0.2, -0.1 ... 0.2, 0.3 ... 0.6 are -1.6, 0 and
        // 1.6.
        assertThat(run.out().replaceAll("\\s", "")).contains("[-128,-128,-122]");
    }

    @Test
    void damaged_file_is_refused_with_its_code() throws IOException {
        Path cut = Files.write(folder.resolve("cut.tflite"), java.util.Arrays.copyOf(Files.readAllBytes(model()), 60));
        CommandLineRun.of("inspect", cut).refused(3, "BAD_MODEL", "cut.tflite", "damaged or cut off");
    }
}
