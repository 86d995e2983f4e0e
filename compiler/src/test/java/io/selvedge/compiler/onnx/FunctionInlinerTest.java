package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Functions that a model brings along become their nodes. */
class FunctionInlinerTest {
    private static final String DOMAIN = "local";

    private static FunctionProto.Builder function(String name) {
        return FunctionProto.newBuilder()
                .setDomain(DOMAIN)
                .setName(name)
                .addInput("a")
                .addOutput("b")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(11))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(1));
    }

    private static NodeProto.Builder node(String domain, String type, String input, String output) {
        return NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(type)
                .addInput(input)
                .addOutput(output);
    }

    /** Minus {@code a}, negative values of which are multiplied by the slope that the call gives. */
    private static FunctionProto.Builder sloped() {
        AttributeProto alpha = AttributeProto.newBuilder()
                .setName("alpha")
                .setType(AttributeType.FLOAT)
                .setRefAttrName("slope")
                .build();
        return function("Sloped")
                .addAttribute("slope")
                .addNode(node("", "LeakyRelu", "a", "t").addAttribute(alpha))
                .addNode(node("", "Neg", "t", "b"));
    }

    private static Models call(String type, AttributeProto... attributes) {
        return new Models(17)
                .domain(DOMAIN, 1)
                .input("x", 2)
                .node(DOMAIN, type, List.of("x"), List.of("y"), attributes)
                .output("y");
    }

    private static float[] run(Graph graph) {
        Verifier.verify(graph);
        return ReferenceEvaluator.run(graph, Map.of("x", Tensor.floats(new float[] {-2, 4}, 2)))
                .get("y")
                .toFloats();
    }

    @Test
    void a_call_becomes_the_body_with_the_attributes_of_the_call() {
        Models model = call("Sloped", number("slope", 0.5f)).function(sloped());
        assertThat(run(model.read())).containsExactly(1, -4);
        Models absent = call("Sloped").function(sloped());
        assertThat(run(absent.read())).containsExactly(0.02f, -4);
        AttributeProto otherwise = number("slope", 0.25f);
        Models preset = call("Sloped").function(sloped().addAttributeProto(otherwise));
        assertThat(run(preset.read())).containsExactly(0.5f, -4);
    }

    @Test
    void functions_call_functions_and_two_calls_do_not_collide() {
        FunctionProto.Builder twice = function("Twice")
                .addNode(node(DOMAIN, "Sloped", "a", "t").addAttribute(number("slope", 0.5f)))
                .addNode(node(DOMAIN, "Sloped", "t", "b").addAttribute(number("slope", 2)));
        Models model = call("Twice").function(twice).function(sloped());
        assertThat(run(model.read())).containsExactly(-1, 8);
    }

    @Test
    void a_function_speaks_its_own_opsets() {
        // Softmax of opset 11 flattens to rows of 4; that of opset 17 looks at the last axis alone.
        Models model = new Models(17)
                .domain(DOMAIN, 1)
                .input("x", 1, 2, 2)
                .node(DOMAIN, "Old", List.of("x"), List.of("y"))
                .output("y")
                .function(function("Old").addNode(node("", "Softmax", "a", "b")));
        Tensor x = Tensor.floats(new float[4], 1, 2, 2);
        assertThat(ReferenceEvaluator.run(model.read(), Map.of("x", x)).get("y").toFloats())
                .containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
    }

    @Test
    void recursion_is_refused() {
        FunctionProto.Builder ping = function("Ping").addNode(node(DOMAIN, "Pong", "a", "b"));
        FunctionProto.Builder pong = function("Pong").addNode(node(DOMAIN, "Ping", "a", "b"));
        assertThatThrownBy(call("Ping").function(ping).function(pong)::read)
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_GRAPH))
                .hasMessageContaining("function 'Ping' of domain local calls itself")
                .hasMessageContaining("Ping 'Ping_0");
    }

    @Test
    void chains_of_calls_and_trees_of_calls_have_an_end() {
        Models chain = call("F0");
        for (int i = 0; i < 5000; i++) {
            chain.function(function("F" + i).addNode(node(DOMAIN, "F" + (i + 1), "a", "b")));
        }
        assertThatThrownBy(chain::read).isInstanceOf(SelvedgeException.class).hasMessageContaining("64 deep");
        Models tree = call("F0");
        for (int i = 0; i < 40; i++) {
            tree.function(function("F" + i)
                    .addNode(node(DOMAIN, "F" + (i + 1), "a", "t"))
                    .addNode(node(DOMAIN, "F" + (i + 1), "t", "b")));
        }
        tree.function(function("F40").addNode(node("", "Neg", "a", "b")));
        assertThatThrownBy(tree::read)
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContaining("more than 100000 nodes");
    }
}
