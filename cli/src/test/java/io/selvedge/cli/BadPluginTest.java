package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a plugin is said as the plugin's fault, never as one of Selvedge. */
final class BadPluginTest {
    /** An operator that fails in the method that its attribute names, and a provider that fails. */
    private static final String SOURCE = """
            package broken;

            import io.selvedge.compiler.ir.*;
            import io.selvedge.compiler.op.*;
            import io.selvedge.compiler.program.*;
            import java.util.*;

            public final class Operators implements OpProvider {
                public List<OpCatalog.Entry> entries() {
                    return List.of(new OpCatalog.Entry("broken", "Breaks", List.of(1), Operators::read));
                }

                static Op read(OpCall call) {
                    String where = call.attributes().text("in", "");
                    if (where.equals("factory")) {
                        throw new UnsupportedOperationException("not today");
                    }
                    return where.equals("null") ? null : new Breaks(where);
                }

                public static final class Throws implements OpProvider {
                    public List<OpCatalog.Entry> entries() {
                        throw new UnsupportedOperationException("not today");
                    }
                }

                public static final class Standard implements OpProvider {
                    public List<OpCatalog.Entry> entries() {
                        return List.of(new OpCatalog.Entry("ai.onnx", "Relu", List.of(14), Operators::read));
                    }
                }

                public static final class Unversioned implements OpProvider {
                    public List<OpCatalog.Entry> entries() {
                        return List.of(new OpCatalog.Entry("broken", "Breaks", List.of(), Operators::read));
                    }
                }

                record Breaks(String where) implements Op, ElementWise, Lowerable {
                    public String type() {
                        return "Breaks";
                    }

                    public String domain() {
                        return where.equals("domain") ? "" : "broken";
                    }

                    public Map<String, Object> attributes() {
                        return Attributes.map("in", where);
                    }

                    private void pass(String method) {
                        if (where.equals(method)) {
                            throw new UnsupportedOperationException("not today");
                        }
                    }

                    public List<TensorType> infer(List<Optional<TensorType>> in, List<Optional<Tensor>> constants) {
                        pass("infer");
                        return where.equals("outputs") ? List.of() : List.of(in.get(0).orElseThrow());
                    }

                    public List<Tensor> evaluate(List<Optional<Tensor>> in) {
                        pass("evaluate");
                        return List.of(where.equals("type") ? Tensor.longs(new long[2], 2) : in.get(0).orElseThrow());
                    }

                    public Expr expr(List<Expr> operands) {
                        pass("expr");
                        return operands.get(0);
                    }

                    public void lower(Node node, ProgramBuilder builder) {
                        pass("lower");
                        MapLowering.lower(node, builder, this);
                    }
                }
            }
            """;

    @TempDir
    private static Path folder;

    private static Path classes = Path.of("");

    @BeforeAll
    static void compile() throws IOException {
        Path source = Files.createDirectories(folder.resolve("src"));
        Files.writeString(source.resolve("Operators.java"), SOURCE);
        classes = PluginJars.compile(source, folder.resolve("classes"));
    }

    private static Path jar(String... providers) throws IOException {
        return PluginJars.pack(classes, folder.resolve("broken.jar"), providers);
    }

    private static ValueInfoProto value(String name) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        shape.addDimBuilder().setDimValue(2);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape)))
                .build();
    }

    /** Of a constant the operator is evaluated while the model is read, of an input it is lowered. */
    private static Path model(String in, boolean constant) throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder().addInput(value("x")).addOutput(value("y"));
        graph.addInitializerBuilder()
                .setName("c")
                .setDataType(1)
                .addDims(2)
                .addFloatData(1)
                .addFloatData(2);
        graph.addNode(NodeProto.newBuilder()
                        .setDomain("broken")
                        .setOpType("Breaks")
                        .setName("it")
                        .addInput(constant ? "c" : "x")
                        .addOutput("b")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("in")
                                .setType(AttributeProto.AttributeType.STRING)
                                .setS(com.google.protobuf.ByteString.copyFromUtf8(in))))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("x")
                        .addInput("b")
                        .addOutput("y"));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("broken").setVersion(1))
                .setGraph(graph)
                .build();
        return Files.write(folder.resolve("model.onnx"), model.toByteArray());
    }

    /** As {@link CommandLineRun#refused}, but what the plugin has thrown is named: its author needs it. */
    private static void refused(CommandLineRun run, String... parts) {
        assertThat(run.err()).startsWith("BAD_PLUGIN: ").contains(parts).doesNotContain("\tat ", "INTERNAL");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void the_message_leads_to_the_line_of_the_plugin() throws IOException {
        refused(
                CommandLineRun.of("dump", model("infer", false), "--plugin", jar("broken.Operators")),
                "UnsupportedOperationException: not today at broken.Operators$Breaks.pass(Operators.java:",
                "correct the plugin");
    }

    @ParameterizedTest
    @CsvSource({
        "factory, false, import, fails in its factory",
        "null, false, import, it gives null",
        "domain, false, import, becomes Breaks of domain ''",
        "infer, false, import, fails in infer",
        "outputs, false, import, infer gives [] for 1 outputs",
        "evaluate, true, import, fails in evaluate",
        "type, true, import, 'evaluate gives int64[2] for output 0, where infer says float32[2]'",
        "expr, false, lower, fails in expr",
    })
    void an_operator_that_fails_is_named_with_its_plugin(String in, boolean constant, String stage, String message)
            throws IOException {
        refused(
                CommandLineRun.of("dump", model(in, constant), "--plugin", jar("broken.Operators"), "--after", stage),
                "Breaks 'it'",
                "plugin broken.jar",
                message);
    }

    @ParameterizedTest
    @CsvSource({
        "broken.Operators$Throws, 'provider broken.Operators$Throws of plugin broken.jar fails in entries'",
        "broken.Operators$Standard, operator Relu of plugin broken.jar is an operator of Selvedge itself",
        "broken.Operators$Unversioned, operator broken.Breaks of plugin broken.jar has the versions []",
        "broken.Missing, 'Provider broken.Missing not found'",
        "broken.Operators$Breaks, cannot be loaded",
    })
    void a_provider_that_cannot_be_used_is_refused(String provider, String message) throws IOException {
        refused(CommandLineRun.of("inspect", model("", false), "--plugin", jar(provider)), message);
    }

    @Test
    void what_is_no_plugin_is_refused() throws IOException {
        Path model = model("", false);
        CommandLineRun.of("inspect", model, "--plugin", jar())
                .refused(3, "BAD_PLUGIN", "broken.jar has no provider", "META-INF/services/");
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
        CommandLineRun.of("inspect", model, "--plugin", text).refused(3, "BAD_PLUGIN", "text.jar is not a jar");
        Path empty = folder.resolve("empty.jar");
        new ZipOutputStream(Files.newOutputStream(empty)).close();
        CommandLineRun.of("inspect", model, "--plugin", empty).refused(3, "BAD_PLUGIN", "empty.jar");
        CommandLineRun.of("inspect", model, "--plugin", folder.resolve("none"))
                .refused(2, "BAD_OPTION", "--plugin", "no such file");
        CommandLineRun.of("inspect", model, "--plugin", model)
                .refused(3, "BAD_PLUGIN", "neither a jar nor a YAML function");
        Path one = jar("broken.Operators");
        Path two = Files.copy(one, folder.resolve("again.jar"));
        CommandLineRun.of("inspect", model, "--plugin", one, "--plugin", two)
                .refused(3, "BAD_PLUGIN", "broken.Breaks of plugin again.jar", "plugin broken.jar already");
    }
}
