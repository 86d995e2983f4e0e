package io.selvedge.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxImporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkMainTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void a_network_is_written_with_the_batch_norms_that_training_needs() throws IOException {
        Path file = folder.resolve("made/net.onnx");
        assertThat(run("resnet8_w8", file.toString())).isZero();
        Graph graph = OnnxImporter.read(file);
        assertThat(graph.nodes().stream().filter(node -> node.op().type().equals("BatchNormalization")))
                .hasSize(9);
        assertThat(graph.type("input").shape().extents()).containsExactly(1, 3, 32, 32);
    }

    @Test
    void an_unknown_name_prints_the_known_ones() throws IOException {
        assertThat(run("resnet9", folder.resolve("net.onnx").toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("resnet8_w32");
        assertThat(folder.resolve("net.onnx")).doesNotExist();
    }

    private int run(String... arguments) throws IOException {
        return NetworkMain.run(List.of(arguments), new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
