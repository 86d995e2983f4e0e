package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.ArgReduce;
import io.selvedge.compiler.op.Col2Im;
import io.selvedge.compiler.op.CumSum;
import io.selvedge.compiler.op.Det;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.GatherElements;
import io.selvedge.compiler.op.GatherND;
import io.selvedge.compiler.op.GridSample;
import io.selvedge.compiler.op.MaxUnpool;
import io.selvedge.compiler.op.OneHot;
import io.selvedge.compiler.op.ReverseSequence;
import io.selvedge.compiler.op.RoiAlign;
import io.selvedge.compiler.op.ScatterElements;
import io.selvedge.compiler.op.ScatterND;
import io.selvedge.compiler.op.ScatterReduction;
import io.selvedge.compiler.op.TfIdfVectorizer;
import io.selvedge.compiler.op.TopK;
import io.selvedge.compiler.op.Trilu;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators that are hand-written functions, native against reference; results are equal bit by bit but where numbers are mixed. */
final class RoutinesTest {
    @TempDir
    Path dir;

    /** Every width, and the one type that is held as another. */
    private static final List<DType> WIDTHS =
            List.of(DType.BOOL, DType.INT8, DType.FLOAT16, DType.FLOAT32, DType.INT64);

    private static final List<DType> NUMBERS = Stream.of(DType.values())
            .filter(dtype -> dtype != DType.STRING
                    && dtype != DType.BOOL
                    && !dtype.isFourBits()
                    && dtype.float8().isEmpty())
            .toList();

    /** What goes into one graph. */
    enum Group {
        GATHERS(RoutinesTest::gathers),
        SCATTERS(RoutinesTest::scatters),
        ORDERS(RoutinesTest::orders),
        MOVES(RoutinesTest::moves),
        SUMS(RoutinesTest::sums),
        SAMPLES(RoutinesTest::samples),
        COUNTS(RoutinesTest::counts);

        @SuppressWarnings("ImmutableEnumChecker") // A method reference has no state.
        private final java.util.function.Consumer<OperatorCases> add;

        Group(java.util.function.Consumer<OperatorCases> add) {
            this.add = add;
        }

        OperatorCases cases() {
            OperatorCases cases = new OperatorCases(name());
            add.accept(cases);
            return cases;
        }
    }

    /** Every width of element, indices of both widths and signs, axes of 1 and of nothing. */
    private static void gathers(OperatorCases cases) {
        for (DType dtype : WIDTHS) {
            String data = cases.input(dtype, 2, 5, 3);
            cases.out(new Gather(1), data, cases.indices(DType.INT64, 5, 4));
            cases.out(new Gather(-1), data, cases.indices(DType.INT32, 3, 2, 7));
            cases.out(new GatherElements(1), data, cases.indices(DType.INT64, 5, 1, 11, 2));
            cases.out(new GatherND(1), data, cases.indices(DType.INT32, 3, 2, 4, 2));
        }
        String data = cases.input(DType.FLOAT32, 7, 1, 2);
        cases.out(new Gather(0), data, cases.indices(DType.INT64, 7));
        cases.out(new Gather(1), data, cases.indices(DType.INT32, 1, 1));
        cases.out(new Gather(0), data, cases.indices(DType.INT64, 7, 0));
        cases.out(new Gather(0), data, cases.constant(Tensor.longs(new long[] {6, 0, -2, 5, 1, 1, 3, -7, 2, 4}, 2, 5)));
        cases.out(new Gather(0), data, cases.constant(Tensor.longs(new long[] {6, 0, -2}, 3)));
        cases.out(new GatherElements(0), data, cases.indices(DType.INT32, 7, 13, 1, 1));
        cases.out(new GatherElements(-1), data, cases.indices(DType.INT64, 2, 0, 1, 2));
        cases.out(new GatherND(0), data, cases.indices(DType.INT64, 1, 1, 3));
        cases.out(new GatherND(0), data, cases.indices(DType.INT64, 1, 0, 2));
        cases.out(new GatherND(2), data, cases.indices(DType.INT64, 2, 7, 1, 1));
    }

    private static void scatters(OperatorCases cases) {
        for (DType dtype : NUMBERS) {
            String data = cases.input(dtype, 2, 5, 3);
            String some = cases.input(dtype, 2, 4, 3);
            String few = cases.input(dtype, 6, 3);
            for (ScatterReduction reduction : ScatterReduction.values()) {
                String distinct = cases.input(Tensor.longs(new long[] {4, 1, 2, -5, 0, -1}, 1, 2, 3));
                String once = cases.input(dtype, 1, 2, 3);
                cases.out(new ScatterElements(1, reduction), data, distinct, once);
                if (reduction == ScatterReduction.MUL && dtype.isFloat()) {
                    continue; // The reference rounds a product of many at its end, native code on the way as well.
                }
                cases.out(new ScatterElements(-1, reduction), data, cases.indices(DType.INT32, 3, 2, 4, 3), some);
                cases.out(new ScatterND(reduction), data, cases.indices(DType.INT64, 2, 6, 2), few);
            }
        }
        String data = cases.input(DType.FLOAT32, 1, 7);
        String none = cases.input(DType.FLOAT32, 0, 7);
        cases.out(new ScatterElements(0, ScatterReduction.ADD), data, cases.indices(DType.INT64, 1, 0, 7), none);
        cases.out(new ScatterND(ScatterReduction.NONE), data, cases.indices(DType.INT64, 1, 0, 1), none);
    }

    private static void orders(OperatorCases cases) {
        List<String> values = new ArrayList<>();
        for (DType dtype : NUMBERS) {
            values.add(cases.input(dtype, 2, 13, 3));
        }
        values.add(cases.input(DType.FLOAT32, 3, 1, 131));
        values.add(cases.input(DType.INT32, 3, 0, 2));
        float nan = Float.NaN;
        values.add(
                cases.input(Tensor.floats(new float[] {1, nan, -0f, 0, nan, -1, 1, Float.NEGATIVE_INFINITY}, 2, 4, 1)));
        for (long edge : new long[] {0, Long.MIN_VALUE}) {
            for (DType dtype : List.of(DType.INT64, DType.UINT64)) {
                values.add(cases.input(Tensor.integers(
                        TensorType.of(dtype, 1, 5, 1), i -> new long[] {edge + 1, edge, -1, edge + 2, edge}[i])));
            }
        }
        for (String value : values) {
            for (int axis = 0; axis < 3; axis++) {
                int extent = cases.extent(value, axis);
                if (extent > 0) {
                    cases.out(new ArgReduce(true, axis, true, axis == 1), value);
                    cases.out(new ArgReduce(false, axis - 3, false, axis == 2), value);
                }
                String k = cases.constant(Tensor.longs(new long[] {extent == 0 ? 0 : Math.max(1, extent * 2 / 3)}, 1));
                cases.outs(2, new TopK(axis, axis != 1), value, k);
                String all = cases.constant(Tensor.longs(new long[] {extent}, 1));
                cases.outs(1, new TopK(axis, axis == 1), value, all);
            }
        }
    }

    private static void moves(OperatorCases cases) {
        float[] nowhere = {Float.NaN, 1e30f, -1e30f};
        for (DType dtype : WIDTHS) {
            String pair = cases.input(dtype, 2);
            String depth = cases.constant(Tensor.longs(new long[] {5}));
            cases.out(new OneHot(-1), cases.indices(DType.INT64, 7, 3, 2), depth, pair);
            cases.out(new OneHot(0), cases.indices(DType.FLOAT32, 5, 3), depth, pair);
            cases.out(new OneHot(0), cases.input(Tensor.floats(nowhere, 3)), depth, pair);
            cases.out(new OneHot(1), cases.indices(DType.INT8, 5, 2, 3), depth, pair);
            String x = cases.input(dtype, 2, 5, 3);
            cases.out(new ReverseSequence(0, 1), x, cases.input(Tensor.longs(new long[] {3, 9}, 2)));
            cases.out(new ReverseSequence(1, 0), x, cases.input(Tensor.longs(new long[] {0, 1, 2, 2, -1}, 5)));
            for (long k : new long[] {0, -2, 1, 7, Long.MIN_VALUE, Long.MAX_VALUE}) {
                cases.out(new Trilu(k > 0), x, cases.input(Tensor.longs(new long[] {k})));
            }
            cases.out(new Trilu(true), x);
            cases.out(
                    new MaxUnpool(List.of(2), List.of(2), List.of(0, 0)),
                    cases.input(dtype, 1, 2, 3),
                    cases.input(Tensor.longs(new long[] {1, 2, 5, 6, -4, 11}, 1, 2, 3)));
        }
    }

    private static void sums(OperatorCases cases) {
        for (DType dtype : NUMBERS) {
            String x = cases.input(dtype, 2, 5, 3);
            for (int axis = 0; axis < 3; axis++) {
                String computed = cases.input(Tensor.integers(TensorType.of(DType.INT32), _ -> -2));
                String constant = cases.constant(Tensor.longs(new long[] {axis}));
                cases.out(new CumSum(axis == 0, axis == 2), x, axis == 1 ? computed : constant);
            }
        }
    }

    /** Places between elements, on them, on the border, far outside and nowhere. */
    private static void samples(OperatorCases cases) {
        String image = cases.floats(-1, 1, 2, 3, 5, 7);
        String grid = cases.floats(-1.3f, 1.3f, 2, 2, 6, 2);
        float[] odd = {0, 1, -1, 1, Float.NaN, 0, Float.POSITIVE_INFINITY, 0.2f, 1e30f, -1e30f, -3, 3};
        String edge = cases.input(Tensor.floats(odd, 1, 1, 6, 2));
        String one = cases.input(DType.FLOAT64, 1, 2, 4, 1);
        String cube = cases.floats(-1, 1, 1, 2, 3, 4, 5);
        String cubeGrid = cases.floats(-1.3f, 1.3f, 1, 2, 2, 3, 3);
        for (GridSample.Mode mode : GridSample.Mode.values()) {
            for (GridSample.Padding padding : GridSample.Padding.values()) {
                for (boolean corners : new boolean[] {false, true}) {
                    GridSample op = new GridSample(mode, padding, corners);
                    cases.out(op, image, grid);
                    cases.out(op, one, edge);
                    if (mode != GridSample.Mode.CUBIC) {
                        cases.out(op, cube, cubeGrid);
                    }
                }
            }
        }
        String regions = cases.input(
                Tensor.floats(new float[] {0, 0, 4, 3, 1.5f, 0.2f, 3, 9, 2, 2, 2, 2, -5, -5, 20, 20}, 4, 4));
        String images = cases.input(Tensor.longs(new long[] {0, 1, 1, 0}, 4));
        for (int samples : new int[] {0, 3}) {
            cases.out(new RoiAlign(samples == 0, 2, 3, samples, 0.75f, samples == 0), image, regions, images);
            cases.out(new RoiAlign(samples != 0, 1, 1, samples, 1, samples != 0), image, regions, images);
        }
        for (int m : new int[] {1, 2, 5}) {
            cases.out(new Det(), cases.input(DType.FLOAT32, 3, m, m));
        }
        cases.out(new Det(), cases.input(Tensor.floats(new float[] {0, 1, 2, 0, 3, 4, 0, 5, 6}, 3, 3)));
    }

    private static void counts(OperatorCases cases) {
        String image = cases.constant(Tensor.longs(new long[] {5, 4}, 2));
        String block = cases.constant(Tensor.longs(new long[] {2, 3}, 2));
        Col2Im fold = new Col2Im(List.of(2, 1), List.of(1, 0, 0, 1), List.of(1, 1));
        for (DType dtype : List.of(DType.FLOAT32, DType.INT8, DType.INT64)) {
            cases.out(fold, cases.input(dtype, 2, 12, 9), image, block);
        }
        for (String mode : List.of("TF", "IDF", "TFIDF")) {
            TfIdfVectorizer grams = new TfIdfVectorizer(
                    mode,
                    1,
                    2,
                    2,
                    List.of(2L, 3L, -1L, 2L, 3L, 3L, 2L),
                    List.of(0, 3),
                    List.of(4, 0, 1, 3, 2),
                    List.of(0.5f, 2f, 3f, 0.25f, 7f));
            cases.out(grams, cases.input(Tensor.longs(new long[] {2, 3, 3, 2, -1, 2, 3, 2}, 2, 4)));
            cases.out(grams, cases.input(DType.INT32, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("groupsOnTargets")
    void routines_agree_with_their_reference(Group group, Target target) throws Throwable {
        OperatorCases cases = group.cases();
        Graph graph = cases.graph();
        Map<String, Tensor> got = compile(graph, target).run(graph, cases.given());
        ReferenceEvaluator.run(graph, cases.given()).forEach((name, want) -> check(graph, name, want, got.get(name)));
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> groupsOnTargets() {
        return Stream.of(Group.values())
                .flatMap(group -> RunnableTargets.forFloats().stream()
                        .map(target -> org.junit.jupiter.params.provider.Arguments.of(group, target)));
    }

    @ParameterizedTest
    @EnumSource
    void routines_stay_inside_of_their_buffers(Group group) throws Exception {
        assumeTrue(SanitizedProgram.hasCompiler(), "gcc is not installed");
        OperatorCases cases = group.cases();
        Graph graph = cases.graph();
        Program program = new ProgramBuilder(graph).build();
        List<byte[]> inputs = graph.inputs().stream()
                .map(name -> bytes(cases.given().get(name)))
                .toList();
        List<byte[]> got = SanitizedProgram.run(program, inputs, dir);
        Map<String, Tensor> want = ReferenceEvaluator.run(graph, cases.given());
        for (int i = 0; i < got.size(); i++) {
            String name = graph.outputs().get(i);
            check(graph, name, want.get(name), Tensor.of(graph.type(name), got.get(i)));
        }
    }

    private static byte[] bytes(Tensor tensor) {
        ByteBuffer bytes = tensor.bytes();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    private static void check(Graph graph, String name, Tensor want, Tensor got) {
        if (graph.name().equals(Group.SAMPLES.name())) {
            for (int i = 0; i < want.elements(); i++) {
                double value = want.getDouble(i);
                assertThat(got.getDouble(i))
                        .as(() -> name + " of " + graph.nodes())
                        .satisfies(real -> assertThat(Double.compare(real, value) == 0
                                        || Math.abs(real - value) <= 1e-6 * Math.max(1, Math.abs(value)))
                                .as(real + " is " + value)
                                .isTrue());
            }
            return;
        }
        assertThat(got.bytes())
                .as(() -> graph.nodes().stream()
                                .filter(node -> node.outputs().contains(name))
                                .toList()
                        + " wants " + java.util.Arrays.toString(want.toDoubles()) + ", got "
                        + java.util.Arrays.toString(got.toDoubles()))
                .isEqualTo(want.bytes());
    }

    @Test
    void an_index_outside_of_its_axis_ends_the_run_with_its_step() throws Throwable {
        OperatorCases cases = new OperatorCases("outside");
        String data = cases.input(DType.FLOAT32, 5);
        List<String> indices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            indices.add(cases.input(Tensor.longs(new long[] {0}, 1)));
        }
        cases.out(new Gather(0), data, indices.get(0));
        cases.out(new GatherElements(0), data, indices.get(1));
        cases.out(new GatherND(0), data, indices.get(2));
        cases.out(new ScatterElements(0, ScatterReduction.ADD), data, indices.get(3), cases.input(DType.FLOAT32, 1));
        Graph graph = cases.graph();
        NativeProgram program = compile(graph, TargetCatalog.X86_64);
        program.run(graph, cases.given());
        for (int step = 0; step < indices.size(); step++) {
            int number = step + 1;
            for (long index : new long[] {5, -6, Long.MIN_VALUE, Long.MAX_VALUE}) {
                Map<String, Tensor> bad = new HashMap<>(cases.given());
                bad.put(indices.get(step), Tensor.longs(new long[] {index}, 1));
                assertThatThrownBy(() -> program.run(graph, bad)).hasMessage("status " + number);
            }
        }
    }

    @Test
    void what_routines_cannot_hold_is_refused_when_it_is_lowered() {
        OperatorCases eighths = new OperatorCases("eighths");
        eighths.out(new ArgReduce(true, 0, true, false), eighths.input(DType.FLOAT8E5M2, 3));
        refused(eighths.graph(), ErrorCode.UNSUPPORTED_DTYPE, "float8e5m2");
        OperatorCases axes = new OperatorCases("axes");
        int[] ones = new int[17];
        Arrays.fill(ones, 1);
        axes.out(new GatherElements(0), axes.input(DType.FLOAT32, ones), axes.indices(DType.INT64, 1, ones));
        refused(axes.graph(), ErrorCode.UNSUPPORTED_OP, "16 axes");
    }

    private static void refused(Graph graph, ErrorCode code, String words) {
        assertThatThrownBy(() -> new ProgramBuilder(graph).build())
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private NativeProgram compile(Graph graph, Target target) throws Exception {
        return NativeProgram.compile(
                MemoryPlanner.plan(new ProgramBuilder(graph).build()),
                target,
                dir.resolve(graph.name() + target.name()));
    }
}
