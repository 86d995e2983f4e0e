package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.Plugins;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compress.plugin.PluginFiles;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in {@code examples/plugin} does what its README says. */
final class PluginExampleTest {
    private static final Path EXAMPLE = SourceTree.ROOT.resolve("examples/plugin");
    private static final Path FUNCTION = EXAMPLE.resolve("scaled-tanh.yaml");
    private static final float[] X = {-1.5f, -0.4f, 0, 0.3f, 1, 2.5f};

    @TempDir
    private static Path folder;

    private static Path model = Path.of("");
    private static Path jar = Path.of("");

    @BeforeAll
    static void build() throws IOException, ReflectiveOperationException {
        Path classes = PluginJars.compile(EXAMPLE.resolve("src"), folder.resolve("classes"));
        String provider = Files.readString(EXAMPLE.resolve("src/META-INF/services/io.selvedge.compiler.op.OpProvider"));
        jar = PluginJars.pack(classes, folder.resolve("example-operators.jar"), provider.strip());
        model = folder.resolve("tiny.onnx");
        Path maker = PluginJars.compile(EXAMPLE.resolve("model"), folder.resolve("model"));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {maker.toUri().toURL()})) {
            loader.loadClass("com.example.model.MakeModel")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {model.toString()});
        }
    }

    private static CommandLineRun with(String command, Path file, Object... more) {
        List<Object> arguments =
                new java.util.ArrayList<>(List.of(command, file, "--plugin", FUNCTION, "--plugin", jar));
        arguments.addAll(List.of(more));
        return CommandLineRun.of(arguments.toArray());
    }

    private static Graph read(Path file, Plugins plugins) {
        return ModelReader.read(file, new ImportOptions(Map.of(), Map.of(), Map.of(), plugins));
    }

    /** {@code Glu(Snake(1.7159 * tanh(x / 2) · w))} in doubles, written out once more. */
    private static double[] expected() {
        double[] waves = new double[8];
        for (int j = 0; j < 8; j++) {
            for (int i = 0; i < 6; i++) {
                waves[j] += 1.7159 * Math.tanh(X[i] / 2) * ((i * 8 + j) * 7 % 13 - 6) / 8;
            }
            waves[j] += Math.pow(Math.sin(2 * waves[j]), 2) / 2;
        }
        double[] scores = new double[4];
        for (int j = 0; j < 4; j++) {
            scores[j] = waves[j] / (1 + Math.exp(-waves[4 + j]));
        }
        return scores;
    }

    private static void assertClose(float[] found) {
        double[] expected = expected();
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5));
        }
    }

    @Test
    void the_reference_evaluator_and_native_code_without_the_plugins_agree_with_the_formulas() {
        Graph graph = read(model, PluginFiles.read(List.of(FUNCTION, jar)));
        Map<String, Tensor> reference = ReferenceEvaluator.run(graph, Map.of("x", Tensor.floats(X, 1, 6)));
        assertClose(Objects.requireNonNull(reference.get("scores")).toFloats());
        Path out = folder.resolve("out");
        CommandLineRun deploy = with("deploy", model, "--out", out);
        assertThat(deploy.status()).as(deploy.err()).isZero();
        try (Model bundle = Model.load(out.resolve("model.selv"));
                Session session = bundle.newSession()) {
            session.input("x").floats().put(X);
            session.run();
            assertClose(session.output("scores").toFloats());
        }
    }

    @Test
    void the_exported_model_has_the_functions_nodes_and_the_operator_in_its_domain() throws IOException {
        Path out = folder.resolve("exported");
        assertThat(with("deploy", model, "--out", out).status()).isZero();
        Path exported = out.resolve("model.onnx");
        ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(exported));
        assertThat(proto.getOpsetImportList())
                .anyMatch(set -> set.getDomain().equals("com.example") && set.getVersion() == 1);
        assertThat(proto.getGraph().getNodeList().stream()
                        .filter(node -> !node.getDomain().isEmpty())
                        .map(node -> node.getDomain() + "." + node.getOpType()))
                .containsExactly("com.example.Snake");
        Graph again = read(exported, PluginFiles.read(List.of(jar)));
        Map<String, Tensor> values = ReferenceEvaluator.run(again, Map.of("x", Tensor.floats(X, 1, 6)));
        assertClose(Objects.requireNonNull(values.get("scores")).toFloats());
    }

    @Test
    void dump_and_inspect_show_the_operators_and_the_dump_can_be_read_again() {
        CommandLineRun dump = with("dump", model, "--after=import", "--full");
        assertThat(dump.out()).contains("com.example.Snake{alpha=2.0}(product)").doesNotContain("ScaledTanh", "Glu");
        Plugins plugins = PluginFiles.read(List.of(jar));
        Graph parsed = GraphText.parse(dump.out(), plugins);
        assertThat(GraphText.dumpFull(parsed)).isEqualTo(dump.out());
        CommandLineRun lowered = with("dump", model, "--after=lower");
        assertThat(lowered.status()).as(lowered.err()).isZero();
        CommandLineRun inspect = with("inspect", model);
        assertThat(inspect.out()).contains("Snake");
    }

    @Test
    void without_the_plugins_the_option_is_named() {
        CommandLineRun.of("inspect", model).refused(3, "UNSUPPORTED_OP", "ScaledTanh", "com.example", "--plugin");
        CommandLineRun.of("inspect", model, "--plugin", FUNCTION).refused(3, "UNSUPPORTED_OP", "Snake", "--plugin");
    }

    @Test
    void the_operator_refuses_a_wrong_shape_in_its_own_words() throws IOException {
        ModelProto.Builder odd = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
        odd.getGraphBuilder().getNodeBuilder(3).setInput(0, "x").setName("odd");
        odd.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(1)
                .setDimValue(5);
        odd.getGraphBuilder().removeNode(2).removeNode(1).removeNode(0);
        Path file = Files.write(folder.resolve("odd.onnx"), odd.build().toByteArray());
        with("inspect", file).refused(3, "SHAPE_MISMATCH", "Glu 'odd'", "even extent along axis 1, got 5");
    }
}
