package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.proto.TypeProto;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Sequences and optionals are settled while importing; the graph has tensors only. */
class SequencesTest {
    private static final TypeProto FLOATS = TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1))
            .build();
    private static final TypeProto LIST = TypeProto.newBuilder()
            .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(FLOATS))
            .build();
    private static final TypeProto MAYBE = TypeProto.newBuilder()
            .setOptionalType(TypeProto.Optional.newBuilder().setElemType(FLOATS))
            .build();

    private static void refused(ErrorCode code, ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SelvedgeException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(parts);
        });
    }

    private static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
        Verifier.verify(graph);
        return ReferenceEvaluator.run(graph, inputs);
    }

    private static Tensor floats(float... values) {
        return Tensor.floats(values, values.length);
    }

    @Test
    void what_is_split_inserted_and_erased_is_concatenated_again() {
        Graph graph = new Models(17)
                .input("x", 4)
                .input("z", 2)
                .longs("two", 2, 2)
                .longs("first", 0)
                .longs("last", -1)
                .node("SplitToSequence", List.of("x", "two"), List.of("s"))
                .node("SequenceInsert", List.of("s", "z", "first"), List.of("t"))
                .node("SequenceErase", List.of("t", "last"), List.of("u"))
                .node("ConcatFromSequence", List.of("u"), List.of("y"), integer("axis", 0), integer("new_axis", 1))
                .node("SequenceLength", List.of("u"), List.of("n"))
                .output("y")
                .output("n")
                .read();
        Map<String, Tensor> results = run(graph, Map.of("x", floats(1, 2, 3, 4), "z", floats(8, 9)));
        assertThat(results.get("y").toFloats()).containsExactly(8, 9, 1, 2);
        assertThat(results.get("y").shape().extents()).containsExactly(2, 2);
        assertThat(results.get("n").toLongs()).containsExactly(2);
    }

    @Test
    void a_sequence_of_the_model_is_an_input_and_an_output_per_element() {
        Models body = new Models(17)
                .input("e")
                .input("t")
                .node("Add", List.of("e", "t"), List.of("r"))
                .output("r");
        Models model = new Models(17)
                .input("x", LIST)
                .input("t", 1)
                .node("SequenceMap", List.of("x", "t"), List.of("y"), body.subgraph("body"))
                .output("y");
        refused(ErrorCode.UNBOUND_DIMENSION, model::read, "'x' is a sequence", "--dim x:length=<number>");
        ImportOptions two = new ImportOptions(Map.of("x:length", 2), Map.of("x[0]", List.of(1), "x[1]", List.of(2)));
        Graph graph = model.read(two);
        assertThat(graph.inputs()).containsExactly("x[0]", "x[1]", "t");
        Map<String, Tensor> results = run(graph, Map.of("x[0]", floats(1), "x[1]", floats(2, 3), "t", floats(10)));
        assertThat(results.keySet()).containsExactly("y[0]", "y[1]");
        assertThat(results.get("y[1]").toFloats()).containsExactly(12, 13);
    }

    @Test
    void whether_an_optional_is_there_is_a_dimension() {
        Models model = new Models(18)
                .input("x", MAYBE)
                .node("OptionalHasElement", List.of("x"), List.of("there"))
                .output("there");
        refused(ErrorCode.UNBOUND_DIMENSION, model::read, "'x' is optional", "--dim x:present=0");
        Graph absent = model.read(new ImportOptions(Map.of("x:present", 0), Map.of()));
        assertThat(run(absent, Map.of()).get("there").toLongs()).containsExactly(0);
        Graph present = model.read(new ImportOptions(Map.of("x:present", 1), Map.of("x", List.of(3))));
        assertThat(run(present, Map.of("x", floats(1, 2, 3))).get("there").toLongs())
                .containsExactly(1);
        Models taken = new Models(18)
                .input("x", MAYBE)
                .node("OptionalGetElement", List.of("x"), List.of("y"))
                .output("y");
        refused(
                ErrorCode.BAD_GRAPH,
                () -> taken.read(new ImportOptions(Map.of("x:present", 0), Map.of())),
                "empty optional",
                "OptionalGetElement 'OptionalGetElement_0'");
    }

    @Test
    void positions_are_checked_and_must_be_known() {
        Models outside = new Models(17)
                .input("x", 2)
                .longs("third", 3)
                .node("SplitToSequence", List.of("x"), List.of("s"))
                .node("SequenceAt", List.of("s", "third"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, outside::read, "SequenceAt", "position 3 is outside a sequence of 2", "node 1");
        Models unknown = new Models(17)
                .input("x", 2)
                .typedInput("i", 7)
                .node("SplitToSequence", List.of("x"), List.of("s"))
                .node("SequenceAt", List.of("s", "i"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, unknown::read, "SequenceAt", "--constant i=VALUE");
    }

    @Test
    void a_sequence_where_a_tensor_is_needed_is_an_error() {
        Models model = new Models(17)
                .input("x", 2)
                .node("SplitToSequence", List.of("x"), List.of("s"))
                .node("Neg", List.of("s"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, model::read, "Neg 'Neg_1'", "'s' to be a tensor; it is a sequence of 2");
    }
}
