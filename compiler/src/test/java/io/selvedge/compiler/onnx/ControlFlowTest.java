package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static io.selvedge.compiler.onnx.Models.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.proto.TensorProto;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** If, Loop and Scan become plain nodes; what decides about them and is not constant is asked for. */
class ControlFlowTest {
    private static final int BOOL = 9;
    private static final int INT64 = 7;

    private static Models branch(String type, String... inputs) {
        return new Models(17).node(type, List.of(inputs), List.of("r")).output("r");
    }

    private static Models branches(Models then, Models otherwise) {
        return new Models(17)
                .input("x", 2)
                .node("If", List.of("c"), List.of("y"), then.subgraph("then_branch"), otherwise.subgraph("else_branch"))
                .output("y");
    }

    private static Tensor truth(boolean value) {
        return Tensor.integers(TensorType.of(DType.BOOL), _ -> value ? 1 : 0);
    }

    private static Tensor run(Graph graph, Map<String, Tensor> inputs) {
        Verifier.verify(graph);
        return ReferenceEvaluator.run(graph, inputs).values().iterator().next();
    }

    private static Tensor floats(float... values) {
        return Tensor.floats(values, values.length);
    }

    private static ImportOptions frozen(String name, Tensor value) {
        return new ImportOptions(Map.of(), Map.of(), Map.of(name, value));
    }

    private static void refused(ErrorCode code, ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SelvedgeException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(parts);
        });
    }

    @Test
    void a_known_condition_leaves_one_branch() {
        Models model = branches(branch("Neg", "x"), branch("Relu", "x")).typedInput("c", BOOL);
        Graph negated = model.read(frozen("c", truth(true)));
        assertThat(run(negated, Map.of("x", floats(-1, 2))).toFloats()).containsExactly(1, -2);
        assertThat(negated.nodes()).noneMatch(node -> node.op().type().equals("Relu"));
        Graph rectified = model.read(frozen("c", truth(false)));
        assertThat(run(rectified, Map.of("x", floats(-1, 2))).toFloats()).containsExactly(0, 2);
    }

    @Test
    void a_condition_from_the_data_selects_between_both_branches() {
        Graph graph = branches(branch("Neg", "x"), branch("Relu", "x"))
                .typedInput("c", BOOL, 1)
                .read();
        Tensor one = truth(true).reshaped(Shape.of(1));
        Tensor zero = truth(false).reshaped(Shape.of(1));
        assertThat(run(graph, Map.of("x", floats(-1, 2), "c", one)).toFloats()).containsExactly(1, -2);
        assertThat(run(graph, Map.of("x", floats(-1, 2), "c", zero)).toFloats()).containsExactly(0, 2);
    }

    @Test
    void branches_of_different_shapes_ask_for_the_condition() {
        Models shrink = new Models(17)
                .node("ReduceSum", List.of("x"), List.of("r"), integer("keepdims", 1))
                .output("r");
        Models model = branches(branch("Neg", "x"), shrink).typedInput("c", BOOL);
        refused(
                ErrorCode.BAD_GRAPH,
                model::read,
                "If 'If_0'",
                "whether output 0 is float32[2] or float32[1]",
                "--constant c=VALUE",
                "node 0");
    }

    @Test
    void a_branch_that_contradicts_the_shapes_asks_for_the_condition() {
        Models impossible = new Models(17)
                .node("Transpose", List.of("x"), List.of("r"), ints("perm", 1, 0))
                .output("r");
        Models model = branches(branch("Neg", "x"), impossible).typedInput("c", BOOL);
        refused(ErrorCode.SHAPE_MISMATCH, model::read, "If 'If_0'", "--constant c=VALUE", "Transpose");
        Graph negated = model.read(frozen("c", truth(true)));
        assertThat(run(negated, Map.of("x", floats(-1, 2))).toFloats()).containsExactly(1, -2);
    }

    @Test
    void a_sub_graph_may_hide_outer_names_and_capture_others() {
        Models hiding = new Models(17)
                .node("Neg", List.of("x"), List.of("h"))
                .node("Add", List.of("h", "outer"), List.of("r"))
                .output("r");
        Graph graph = branches(hiding, branch("Relu", "h"))
                .typedInput("c", BOOL)
                .node("Exp", List.of("x"), List.of("h"))
                .node("Abs", List.of("x"), List.of("outer"))
                .read(frozen("c", truth(true)));
        assertThat(run(graph, Map.of("x", floats(-1, 2))).toFloats()).containsExactly(2, 0);
    }

    @Test
    void capturing_a_name_that_nothing_defines_is_an_error() {
        Models model = branches(branch("Neg", "ghost"), branch("Relu", "x")).typedInput("c", BOOL);
        refused(ErrorCode.BAD_GRAPH, model::read, "If ''", "captures 'ghost'", "node 0");
        Models cyclic = branches(branch("Neg", "y"), branch("Relu", "x")).typedInput("c", BOOL);
        refused(ErrorCode.BAD_GRAPH, cyclic::read, "cycle", "If");
    }

    @Test
    void a_branch_that_is_no_graph_is_an_error() {
        Models model = new Models(17)
                .input("x", 2)
                .typedInput("c", BOOL)
                .node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        integer("then_branch", 1),
                        branch("Relu", "x").subgraph("else_branch"))
                .output("y");
        refused(ErrorCode.BAD_ATTRIBUTE, model::read, "'then_branch' must be a graph", "If 'If_0'");
    }

    /** Doubles x while it stays below ten in all; the steps are a scan output. */
    private static Models doubling(String trips, String condition) {
        Models body = new Models(17)
                .typedInput("i", INT64)
                .typedInput("going", BOOL)
                .input("v", 2)
                .node("Add", List.of("v", "v"), List.of("w"))
                .node("Identity", List.of("going"), List.of("on"))
                .node("Cast", List.of("i"), List.of("step"), integer("to", 1))
                .output("on")
                .output("w")
                .output("step");
        return new Models(17)
                .input("x", 2)
                .node("Loop", List.of(trips, condition, "x"), List.of("last", "steps"), body.subgraph("body"))
                .output("last")
                .output("steps");
    }

    @Test
    void a_loop_is_unrolled_and_its_scan_outputs_are_stacked() {
        Graph graph = doubling("n", "").typedInput("n", INT64).read(frozen("n", Tensor.longs(new long[] {3})));
        Map<String, Tensor> results = ReferenceEvaluator.run(graph, Map.of("x", floats(1, 2)));
        assertThat(results.get("last").toFloats()).containsExactly(8, 16);
        assertThat(results.get("steps").shape().extents()).containsExactly(3);
        assertThat(results.get("steps").toFloats()).containsExactly(0, 1, 2);
    }

    @Test
    void a_trip_count_from_an_input_asks_for_it() {
        refused(
                ErrorCode.BAD_GRAPH,
                doubling("n", "").typedInput("n", INT64)::read,
                "Loop 'Loop_0'",
                "trip count",
                "--constant n=VALUE");
    }

    @Test
    void a_loop_without_end_is_refused_before_memory_is_gone() {
        Models endless = doubling("n", "").longs("n", Long.MAX_VALUE);
        refused(ErrorCode.BAD_GRAPH, endless::read, "more than 100000 nodes", "smaller trip count");
    }

    @Test
    void a_counted_condition_ends_a_loop() {
        Models body = new Models(17)
                .typedInput("i", INT64)
                .typedInput("going", BOOL)
                .input("v", 2)
                .typedInput("left", INT64)
                .node("Add", List.of("v", "v"), List.of("w"))
                .node("Sub", List.of("left", "one"), List.of("fewer"))
                .node("Greater", List.of("fewer", "zero"), List.of("on"))
                .output("on")
                .output("w")
                .output("fewer");
        Graph graph = new Models(17)
                .input("x", 2)
                .tensor(scalar("one", 1))
                .tensor(scalar("zero", 0))
                .tensor(scalar("four", 4))
                .node("Loop", List.of("", "", "x", "four"), List.of("y", "rest"), body.subgraph("body"))
                .output("y")
                .read();
        assertThat(run(graph, Map.of("x", floats(1, 2))).toFloats()).containsExactly(16, 32);
    }

    private static TensorProto.Builder scalar(String name, long value) {
        return TensorProto.newBuilder().setName(name).setDataType(INT64).addInt64Data(value);
    }

    @Test
    void a_condition_from_the_data_freezes_the_states_of_a_counted_loop() {
        Models body = new Models(17)
                .typedInput("i", INT64)
                .typedInput("going", BOOL)
                .input("v", 1)
                .node("Add", List.of("v", "v"), List.of("w"))
                .node("Less", List.of("w", "ten"), List.of("on"))
                .output("on")
                .output("w");
        Graph graph = new Models(17)
                .input("x", 1)
                .floats("ten", new float[] {10}, 1)
                .tensor(scalar("six", 6))
                .node("Loop", List.of("six", "", "x"), List.of("y"), body.subgraph("body"))
                .output("y")
                .read();
        assertThat(run(graph, Map.of("x", floats(1))).toFloats()).containsExactly(16);
        assertThat(run(graph, Map.of("x", floats(9))).toFloats()).containsExactly(18);
        assertThat(run(graph, Map.of("x", floats(0.001f))).toFloats()).containsExactly(0.064f);
    }

    @Test
    void a_scan_runs_both_ways_along_any_axis() {
        Models body = new Models(17)
                .input("sum", 2)
                .input("next", 2)
                .node("Add", List.of("sum", "next"), List.of("total"))
                .node("Identity", List.of("total"), List.of("step"))
                .output("total")
                .output("step");
        Graph graph = new Models(17)
                .input("x", 2, 3)
                .floats("zero", new float[2], 2)
                .node(
                        "Scan",
                        List.of("zero", "x"),
                        List.of("total", "steps"),
                        body.subgraph("body"),
                        integer("num_scan_inputs", 1),
                        ints("scan_input_axes", 1),
                        ints("scan_input_directions", 1),
                        ints("scan_output_axes", -1),
                        ints("scan_output_directions", 1))
                .output("total")
                .output("steps")
                .read();
        Tensor x = Tensor.floats(new float[] {1, 2, 3, 10, 20, 30}, 2, 3);
        Map<String, Tensor> results = ReferenceEvaluator.run(graph, Map.of("x", x));
        assertThat(results.get("total").toFloats()).containsExactly(6, 60);
        assertThat(results.get("steps").toFloats()).containsExactly(6, 5, 3, 60, 50, 30);
    }
}
