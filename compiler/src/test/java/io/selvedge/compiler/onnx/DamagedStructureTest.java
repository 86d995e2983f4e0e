package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static io.selvedge.compiler.onnx.Models.ints;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged files with sub-graphs, functions and sequences end in a coded error or in a graph, and soon. */
class DamagedStructureTest {
    private static final ImportOptions SHAPES =
            new ImportOptions(Map.of("q:length", 2), Map.of("q[0]", List.of(2), "q[1]", List.of(2)));

    private static byte[] model() {
        Models then = new Models(17)
                .node("Neg", List.of("x"), List.of("r"))
                .node("Add", List.of("r", "a"), List.of("t"))
                .output("t");
        Models otherwise =
                new Models(17).node("Relu", List.of("x"), List.of("r")).output("r");
        Models round = new Models(17)
                .typedInput("i", 7)
                .typedInput("on", 9)
                .input("v", 2)
                .node("Constant", List.of(), List.of("k"), Models.number("value_float", 2))
                .node("Mul", List.of("v", "k"), List.of("w"))
                .node("Identity", List.of("on"), List.of("c"))
                .output("c")
                .output("w")
                .output("v");
        Models step = new Models(17)
                .input("s", 2)
                .input("n", 2)
                .node("Add", List.of("s", "n"), List.of("sum"))
                .node("Identity", List.of("sum"), List.of("out"))
                .output("sum")
                .output("out");
        Models each = new Models(17)
                .input("e", 2)
                .node("local", "Twice", List.of("e"), List.of("d"))
                .output("d");
        FunctionProto.Builder twice = FunctionProto.newBuilder()
                .setDomain("local")
                .setName("Twice")
                .addInput("p")
                .addOutput("o")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("p")
                        .addInput("p")
                        .addOutput("o"));
        TypeProto.Builder list = TypeProto.newBuilder()
                .setSequenceType(TypeProto.Sequence.newBuilder()
                        .setElemType(TypeProto.newBuilder()
                                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1))));
        return new Models(17)
                .domain("local", 1)
                .function(twice)
                .input("x", 2)
                .input("q", list.build())
                .typedInput("flag", 9)
                .floats("a", new float[] {1, 2}, 2)
                .longs("three", 3)
                .longs("place", 1)
                .node(
                        "If",
                        List.of("flag"),
                        List.of("b"),
                        then.subgraph("then_branch"),
                        otherwise.subgraph("else_branch"))
                .node("Loop", List.of("three", "", "b"), List.of("l", "steps"), round.subgraph("body"))
                .node(
                        "Scan",
                        List.of("l", "steps"),
                        List.of("total", "sums"),
                        step.subgraph("body"),
                        integer("num_scan_inputs", 1),
                        ints("scan_input_axes", 0))
                .node("SequenceMap", List.of("q"), List.of("m"), each.subgraph("body"))
                .node("SequenceInsert", List.of("m", "total", "place"), List.of("longer"))
                .node("ConcatFromSequence", List.of("longer"), List.of("y"), integer("axis", 0))
                .output("y")
                .output("sums")
                .bytes();
    }

    @Test
    void the_whole_file_is_read() {
        assertThat(OnnxImporter.read(model(), "whole.onnx", Optional.empty(), SHAPES)
                        .type("y")
                        .shape()
                        .extents())
                .containsExactly(6);
    }

    @Test
    void flipped_bytes_never_end_in_another_exception() {
        byte[] whole = model();
        Random random = new Random(4);
        int read = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k <= random.nextInt(3); k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                OnnxImporter.read(damaged, "damaged.onnx", Optional.empty(), SHAPES);
                read++;
            } catch (SelvedgeException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(read).as("files that are still models").isBetween(1, 1499);
    }

    @Test
    void exchanged_names_never_end_in_another_exception() {
        String[] names = {"x", "r", "a", "t", "v", "w", "c", "k", "s", "n", "e", "d", "q", "m", "b", "l", "p", "o", "y"
        };
        byte[] whole = model();
        Random random = new Random(6);
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(damaged.length - 2);
            // A name of one letter: its length, then the letter.
            while (damaged[at] != 1 || damaged[at + 1] < 'a' || damaged[at + 1] > 'z') {
                at = random.nextInt(damaged.length - 2);
            }
            damaged[at + 1] = (byte) names[random.nextInt(names.length)].charAt(0);
            try {
                OnnxImporter.read(damaged, "damaged.onnx", Optional.empty(), SHAPES);
            } catch (SelvedgeException e) {
                boolean namesFile = String.valueOf(e.getMessage()).contains("damaged.onnx");
                assertThat(namesFile || e.code() != ErrorCode.BAD_GRAPH)
                        .as(e.getMessage())
                        .isTrue();
            }
        }
    }
}
