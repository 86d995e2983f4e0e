package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.TensorProto;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small files that ask for huge tensors: importing and simplifying them takes neither memory nor time. */
class ImportBoundsTest {
    private static final long FEW_BYTES = 900L << 20;

    private static final long[][] SHAPES = {
        {1L << 30},
        {1L << 31},
        {1L << 40},
        {Long.MAX_VALUE},
        {46341, 46341},
        {1L << 20, 1L << 20, 1L << 20, 1L << 20},
        {-1},
        {-5, -5},
        {Long.MIN_VALUE},
        {1 << 20, 0, 1 << 20},
        {0, Long.MAX_VALUE}
    };

    private static Named<Models> model(String type, long[] shape, Models model) {
        return Named.of(type + " of " + Arrays.toString(shape), model);
    }

    static Stream<Named<Models>> hugeModels() {
        return Stream.of(SHAPES)
                .flatMap(shape -> Stream.of(
                        model("ConstantOfShape", shape, shaped(shape, "ConstantOfShape", List.of("s"))),
                        model("Expand", shape, shaped(shape, "Expand", List.of("one", "s"))),
                        model("Reshape", shape, shaped(shape, "Reshape", List.of("one", "s"))),
                        model(
                                "RandomNormal",
                                shape,
                                new Models(17)
                                        .node("RandomNormal", List.of(), List.of("y"), ints("shape", shape))
                                        .output("y")),
                        model(
                                "Tile",
                                shape,
                                new Models(17)
                                        .floats("x", new float[1], ones(shape.length))
                                        .longs("s", shape)
                                        .node("Tile", List.of("x", "s"), List.of("y"))
                                        .output("y")),
                        model(
                                "Pad",
                                shape,
                                new Models(17)
                                        .floats("x", new float[1], 1)
                                        .longs("s", 0, shape[0])
                                        .node("Pad", List.of("x", "s"), List.of("y"))
                                        .output("y")),
                        model(
                                "Range",
                                shape,
                                new Models(17)
                                        .tensor(scalar("zero", 0))
                                        .tensor(scalar("one", 1))
                                        .tensor(scalar("s", shape[0]))
                                        .node("Range", List.of("zero", "s", "one"), List.of("y"))
                                        .output("y")),
                        model(
                                "OneHot",
                                shape,
                                new Models(17)
                                        .longs("x", 1)
                                        .tensor(scalar("s", shape[0]))
                                        .floats("values", new float[2], 2)
                                        .node("OneHot", List.of("x", "s", "values"), List.of("y"))
                                        .output("y")),
                        model(
                                "EyeLike",
                                shape,
                                new Models(17)
                                        .longs("s", shape[0], shape[0])
                                        .node("ConstantOfShape", List.of("s"), List.of("z"))
                                        .node("EyeLike", List.of("z"), List.of("y"))
                                        .output("y")),
                        model(
                                "Split",
                                shape,
                                new Models(17)
                                        .input("x", 4)
                                        .longs("s", shape[0], 4 - shape[0])
                                        .node("Split", List.of("x", "s"), List.of("y", "z"))
                                        .output("y")),
                        model(
                                "SplitToSequence",
                                shape,
                                new Models(17)
                                        .longs("s", shape)
                                        .node("ConstantOfShape", List.of("s"), List.of("z"))
                                        .node("SplitToSequence", List.of("z"), List.of("q"))
                                        .node("SequenceLength", List.of("q"), List.of("y"))
                                        .output("y")),
                        model(
                                "input",
                                shape,
                                new Models(17)
                                        .input("x", (Object[]) Arrays.stream(shape)
                                                .mapToObj(e -> (int) e)
                                                .toArray(Integer[]::new))
                                        .node("Exp", List.of("x"), List.of("y"))
                                        .output("y"))));
    }

    private static Models shaped(long[] shape, String type, List<String> inputs) {
        return new Models(17)
                .longs("s", shape)
                .floats("one", new float[1], 1)
                .node(type, inputs, List.of("z"))
                .node("Neg", List.of("z"), List.of("y"))
                .output("y");
    }

    private static long[] ones(int count) {
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static TensorProto.Builder scalar(String name, long value) {
        return TensorProto.newBuilder().setName(name).setDataType(7).addInt64Data(value);
    }

    @ParameterizedTest
    @MethodSource("hugeModels")
    void a_huge_shape_is_refused_or_left_alone(Models model) {
        bounded(model);
    }

    /** What an import may end in: a graph, or an error with a code; either soon and without gigabytes. */
    private static void bounded(Models model) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try {
            Compiler.simplify(model.read());
        } catch (SelvedgeException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(FEW_BYTES);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void many_large_constants_are_not_all_folded() {
        Models model = new Models(17).longs("s", 2, 1 << 20);
        for (int i = 0; i < 60; i++) {
            model.node("ConstantOfShape", List.of("s"), List.of("c" + i))
                    .node("Neg", List.of("c" + i), List.of("y" + i))
                    .output("y" + i);
        }
        bounded(model);
    }

    @Test
    void nested_loops_over_constants_have_an_end() {
        Models inner = new Models(17)
                .typedInput("i", 7)
                .typedInput("on", 9)
                .input("v", 64, 64)
                .node("MatMul", List.of("v", "v"), List.of("w"))
                .node("Identity", List.of("on"), List.of("c"))
                .output("c")
                .output("w");
        Models outer = new Models(17)
                .typedInput("j", 7)
                .typedInput("on2", 9)
                .input("u", 64, 64)
                .node("Loop", List.of("n", "", "u"), List.of("t"), inner.subgraph("body"))
                .node("Identity", List.of("on2"), List.of("c2"))
                .output("c2")
                .output("t");
        Models model = new Models(17)
                .floats("x", new float[4096], 64, 64)
                .longs("n", 1000)
                .node("Loop", List.of("n", "", "x"), List.of("y"), outer.subgraph("body"))
                .output("y");
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThatThrownBy(model::read)
                        .isInstanceOf(SelvedgeException.class)
                        .hasMessageContaining("more than 100000 nodes"));
    }
}
