package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A parameter that decides a shape and is an input follows from the declared shape of the result, and is checked. */
class DeclaredShapesTest {
    private static final int INT64 = 7;
    private static final Tensor X = Tensor.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    private static Models model(String type, int parameters, AttributeProto... attributes) {
        return new Models(18)
                .input("x", 2, 3)
                .typedInput("p", INT64, parameters)
                .node(type, List.of("x", "p"), List.of("y"), attributes);
    }

    private static Tensor run(Graph graph, long... parameter) {
        return ReferenceEvaluator.run(graph, Map.of("x", X, "p", Tensor.longs(parameter, parameter.length)))
                .values()
                .iterator()
                .next();
    }

    private static void refusedAtRunTime(Graph graph, long... parameter) {
        assertThatThrownBy(() -> run(graph, parameter))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA));
    }

    private static void asksForConstant(Models model) {
        assertThatThrownBy(() -> model.read(ImportOptions.none()))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_GRAPH));
    }

    @Test
    void a_shape_may_be_written_in_every_way_that_gives_the_declared_one() {
        Graph graph = model("Reshape", 2).typedOutput("y", 3, 2).read(ImportOptions.none());
        assertThat(run(graph, 3, 2)).isEqualTo(X.reshaped(Shape.of(3, 2)));
        assertThat(run(graph, -1, 2).shape().extents()).containsExactly(3, 2);
        refusedAtRunTime(graph, 2, 3);
        refusedAtRunTime(graph, 6, 1);
    }

    @Test
    void axes_of_a_reduction_that_keeps_its_rank_are_those_that_shrink() {
        Graph graph = model("ReduceMax", 1).typedOutput("y", 2, 1).read(ImportOptions.none());
        assertThat(run(graph, 1).toFloats()).containsExactly(3, 6);
        assertThat(run(graph, -1).toFloats()).containsExactly(3, 6);
        refusedAtRunTime(graph, 0);
        refusedAtRunTime(graph, 2);
    }

    @Test
    void axes_that_leave_the_declared_extents_in_one_way_only_follow() {
        Graph graph = model("ReduceSum", 1, integer("keepdims", 0))
                .typedOutput("y", 3)
                .read(ImportOptions.none());
        assertThat(run(graph, 0).toFloats()).containsExactly(5, 7, 9);
        refusedAtRunTime(graph, 1);
    }

    @Test
    void what_two_parameters_could_give_is_asked_for() {
        Models square = new Models(18)
                .input("x", 2, 2)
                .typedInput("p", INT64, 1)
                .node("ReduceSum", List.of("x", "p"), List.of("y"), integer("keepdims", 0))
                .typedOutput("y", 2);
        asksForConstant(square);
    }

    @Test
    void without_a_declared_shape_the_parameter_is_asked_for() {
        asksForConstant(model("Reshape", 2).output("y"));
    }
}
