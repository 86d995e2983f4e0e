package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static io.selvedge.compiler.onnx.Models.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.PluginFunction.Argument;
import io.selvedge.compiler.onnx.PluginFunction.Call;
import io.selvedge.compiler.onnx.PluginFunction.Kind;
import io.selvedge.compiler.onnx.PluginFunction.Parameter;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.op.OpCatalog;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Functions of plugins become their nodes, and say what is wrong with them or with a call. */
final class PluginFunctionTest {
    private static final String DOMAIN = "com.example";

    private static Call call(String type, String input, String output) {
        return new Call("", type, type, List.of(input), List.of(output), Map.of());
    }

    private static PluginFunction function(String name, Map<String, Parameter> attributes, Call... body) {
        return new PluginFunction(
                name + ".yaml",
                DOMAIN,
                name,
                1,
                List.of("a"),
                List.of("b"),
                attributes,
                Map.of("", 17, DOMAIN, 1),
                List.of(body));
    }

    /** Minus {@code a}, negative values of which are multiplied by the slope. */
    private static PluginFunction sloped(Optional<Object> otherwise) {
        Call leaky = new Call(
                "", "LeakyRelu", "leaky", List.of("a"), List.of("t"), Map.of("alpha", new Argument.Reference("slope")));
        return function("Sloped", Map.of("slope", new Parameter(Kind.FLOAT, otherwise)), leaky, call("Neg", "t", "b"));
    }

    private static Models model(String type, AttributeProto... attributes) {
        return new Models(17)
                .domain(DOMAIN, 1)
                .input("x", 2)
                .node(DOMAIN, type, List.of("x"), List.of("y"), attributes)
                .output("y");
    }

    private static ImportOptions with(PluginFunction... functions) {
        return new ImportOptions(Map.of(), Map.of(), Map.of(), new Plugins(List.of(), List.of(functions)));
    }

    private static float[] run(Graph graph) {
        Verifier.verify(graph);
        return ReferenceEvaluator.run(graph, Map.of("x", Tensor.floats(new float[] {-2, 4}, 2)))
                .get("y")
                .toFloats();
    }

    private static void refused(ErrorCode code, ThrowingCallable call, String... parts) {
        assertThatExceptionOfType(SelvedgeException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(parts);
        });
    }

    @Test
    void a_call_becomes_the_body_with_the_attributes_of_the_call_or_their_defaults() {
        PluginFunction function = sloped(Optional.of(0.25f));
        assertThat(run(model("Sloped").read(with(function)))).containsExactly(0.5f, -4);
        assertThat(run(model("Sloped", number("slope", 0.5f)).read(with(function))))
                .containsExactly(1, -4);
    }

    @Test
    void a_function_calls_one_of_another_plugin() {
        Call inner = new Call(DOMAIN, "Sloped", "inner", List.of("a"), List.of("b"), Map.of());
        PluginFunction outer = function("Outer", Map.of(), inner);
        assertThat(run(model("Outer").read(with(outer, sloped(Optional.of(0.25f))))))
                .containsExactly(0.5f, -4);
    }

    @Test
    void the_models_own_function_of_that_name_wins() {
        FunctionProto.Builder own = FunctionProto.newBuilder()
                .setDomain(DOMAIN)
                .setName("Sloped")
                .addInput("a")
                .addOutput("b")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addNode(NodeProto.newBuilder().setOpType("Abs").addInput("a").addOutput("b"));
        Models model = model("Sloped", number("unheard", 1)).function(own);
        assertThat(run(model.read(with(sloped(Optional.empty()))))).containsExactly(2, 4);
    }

    @Test
    void a_call_must_fit_what_the_function_takes() {
        ImportOptions options = with(sloped(Optional.empty()));
        refused(ErrorCode.BAD_ATTRIBUTE, () -> model("Sloped").read(options), "Sloped.yaml", "'slope'", "no default");
        refused(
                ErrorCode.BAD_ATTRIBUTE,
                () -> model("Sloped", number("alpha", 1)).read(options),
                "no attribute 'alpha'; it has [slope]");
        refused(
                ErrorCode.BAD_ATTRIBUTE,
                () -> model("Sloped", integer("slope", 1)).read(options),
                "'slope' as float",
                "INT");
        Models two = new Models(17)
                .input("x", 2)
                .node(DOMAIN, "Sloped", List.of("x", "x"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, () -> two.read(options), "needs the inputs [a]", "[x, x]", "node 0");
        Models outputs = new Models(17)
                .input("x", 2)
                .node(DOMAIN, "Sloped", List.of("x"), List.of("y", "z"), number("slope", 1))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, () -> outputs.read(options), "has the outputs [b]", "[y, z]");
    }

    @Test
    void an_older_version_of_the_domain_does_not_have_it() {
        PluginFunction later = new PluginFunction(
                "f.yaml",
                DOMAIN,
                "Later",
                2,
                List.of("a"),
                List.of("b"),
                Map.of(),
                Map.of("", 17),
                List.of(call("Abs", "a", "b")));
        refused(ErrorCode.UNSUPPORTED_OP, () -> model("Later").read(with(later)), "from version 2", "imports 1");
    }

    @Test
    void what_cannot_be_inlined_is_refused_before_a_model_is_read() {
        refused(
                ErrorCode.BAD_PLUGIN,
                () -> with(function("F", Map.of(), call("Reluu", "a", "b"))),
                "F.yaml",
                "operator Reluu of domain ai.onnx",
                "nearest that is: Relu");
        Call unknown = new Call(
                "", "LeakyRelu", "l", List.of("a"), List.of("b"), Map.of("alpha", new Argument.Reference("slop")));
        refused(ErrorCode.BAD_PLUGIN, () -> with(function("F", Map.of(), unknown)), "LeakyRelu", "'slop'");
        refused(
                ErrorCode.BAD_PLUGIN,
                () -> with(function("F", Map.of(), call("Abs", "t", "b"), call("Abs", "b", "t"))),
                "F.yaml",
                "cycle");
        refused(
                ErrorCode.BAD_PLUGIN,
                () -> with(function("F", Map.of(), call("Abs", "q", "b"))),
                "'q', which no input");
        refused(ErrorCode.BAD_PLUGIN, () -> with(function("F", Map.of(), call("Abs", "a", "t"))), "output 'b'");
        Call itself = new Call(DOMAIN, "F", "f", List.of("a"), List.of("b"), Map.of());
        refused(ErrorCode.BAD_PLUGIN, () -> with(function("F", Map.of(), itself)), "calls itself");
        PluginFunction silent = new PluginFunction(
                "F.yaml",
                DOMAIN,
                "F",
                1,
                List.of("a"),
                List.of("b"),
                Map.of(),
                Map.of(DOMAIN, 1),
                List.of(call("Abs", "a", "b")));
        refused(ErrorCode.BAD_PLUGIN, () -> with(silent), "add ai.onnx to its opsets");
    }

    @Test
    void an_operator_has_one_definition() {
        PluginFunction function = sloped(Optional.empty());
        refused(ErrorCode.BAD_PLUGIN, () -> with(function, function), "com.example.Sloped", "already");
        Plugins.Operator same =
                new Plugins.Operator("other.jar", new OpCatalog.Entry(DOMAIN, "Sloped", List.of(1), _ -> {
                    throw new IllegalStateException("never called");
                }));
        refused(
                ErrorCode.BAD_PLUGIN,
                () -> new Plugins(List.of(same), List.of(function)),
                "Sloped.yaml",
                "plugin other.jar already");
        for (String builtIn : Arrays.asList("Relu", "Loop", "Constant")) {
            PluginFunction taken = new PluginFunction(
                    "F.yaml", "", builtIn, 1, List.of("a"), List.of("b"), Map.of(), Map.of("", 17), List.of());
            refused(ErrorCode.BAD_PLUGIN, () -> with(taken), builtIn, "Selvedge itself already");
        }
    }
}
