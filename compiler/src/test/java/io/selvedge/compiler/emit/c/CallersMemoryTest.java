package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs and results that lie as the kernels want them are read and written where they are. */
final class CallersMemoryTest {
    private static final List<Integer> TO_NCHW = List.of(0, 3, 1, 2);
    private static final List<Integer> TO_NHWC = List.of(0, 2, 3, 1);

    @TempDir
    Path dir;

    @Test
    void pixels_with_channels_innermost_are_not_copied() throws Throwable {
        OperatorCases cases = new OperatorCases("nhwc");
        String x = cases.floats(-1, 1, 2, 5, 7, 32);
        String y = conv(cases, cases.value(new Transpose(TO_NCHW), x), 32, 48, 1, 0);
        cases.out(new Transpose(TO_NHWC), y);
        assertThat(steps(cases)).containsExactly("Conv");
        agrees(cases);
    }

    @Test
    void what_lies_otherwise_is_copied() throws Throwable {
        OperatorCases cases = new OperatorCases("others");
        String x = cases.floats(-1, 1, 1, 5, 7, 17);
        String pixels = cases.value(new Transpose(TO_NCHW), x);
        // Channels that fill no vector, a border, NCHW.
        cases.out(new Transpose(TO_NHWC), conv(cases, pixels, 17, 33, 1, 0));
        cases.out(new Transpose(TO_NHWC), conv(cases, cases.value(new Unary(Unary.Kind.RELU), pixels), 17, 32, 3, 1));
        cases.out(new Unary(Unary.Kind.RELU), conv(cases, pixels, 17, 16, 1, 0));
        assertThat(steps(cases).stream().filter("Copy"::equals)).hasSizeGreaterThanOrEqualTo(3);
        agrees(cases);
    }

    @Test
    void a_result_may_be_read_on_and_be_two_results() throws Throwable {
        OperatorCases cases = new OperatorCases("twice");
        String x = cases.floats(-1, 1, 1, 4, 3, 16);
        String y = conv(cases, cases.value(new Transpose(TO_NCHW), x), 16, 16, 1, 0);
        cases.out(new Transpose(TO_NHWC), y);
        cases.out(new Transpose(TO_NHWC), y);
        cases.out(new Transpose(TO_NHWC), conv(cases, y, 16, 16, 3, 1));
        agrees(cases);
    }

    @Test
    void a_depthwise_convolution_reads_over_no_end_of_its_input() throws Throwable {
        OperatorCases cases = new OperatorCases("depthwise");
        for (int w = 1; w <= 20; w++) {
            int c = 16 * (1 + w % 2);
            depthwise(cases, 1 + w % 2, c, 2 + w % 4, w, 3, 1 + w % 3 % 2, 1, 1);
        }
        depthwise(cases, 1, 16, 9, 19, 5, 1, 1, 2);
        depthwise(cases, 1, 16, 7, 30, 3, 1, 4, 4);
        depthwise(cases, 1, 16, 3, 3, 7, 1, 1, 3);
        agrees(cases);
    }

    private static void depthwise(
            OperatorCases cases, int n, int c, int h, int w, int kernel, int stride, int dilation, int pad) {
        Random random = new Random(w);
        String weights = cases.constant(Tensor.filled(
                new TensorType(DType.FLOAT32, Shape.of(c, 1, kernel, kernel)), _ -> random.nextFloat(-1, 1)));
        String x = cases.value(new Transpose(TO_NCHW), cases.floats(-1, 1, n, h, w, c));
        Conv conv = new Conv(List.of(stride, stride), List.of(pad, pad, pad, pad), List.of(dilation, dilation), c);
        cases.out(new Transpose(TO_NHWC), cases.value(conv, x, weights));
    }

    private static String conv(OperatorCases cases, String x, int in, int out, int kernel, int pad) {
        Random random = new Random(5);
        String w = cases.constant(Tensor.filled(
                new TensorType(DType.FLOAT32, Shape.of(out, in, kernel, kernel)), _ -> random.nextFloat(-1, 1)));
        return cases.value(new Conv(List.of(1, 1), List.of(pad, pad, pad, pad), List.of(1, 1), 1), x, w);
    }

    private static Program program(OperatorCases cases) {
        return new ProgramBuilder(Pipelines.fuse(cases.graph())).build();
    }

    private static List<String> steps(OperatorCases cases) {
        return program(cases).steps().stream()
                .map(Program.Step::kernel)
                .map(Kernel::getClass)
                .map(Class::getSimpleName)
                .toList();
    }

    private void agrees(OperatorCases cases) throws Throwable {
        Graph graph = cases.graph();
        Program program = program(cases);
        PlannedProgram planned = MemoryPlanner.plan(program);
        Map<String, Tensor> wanted = ReferenceEvaluator.run(graph, cases.given());
        for (Target target : RunnableTargets.forFloats()) {
            Map<String, Tensor> got = NativeProgram.compile(planned, target, dir.resolve(target.name()))
                    .run(graph, cases.given());
            wanted.forEach((name, want) -> compare(target.name(), want, Objects.requireNonNull(got.get(name))));
        }
        List<byte[]> inputs = new ArrayList<>();
        for (String input : graph.inputs()) {
            ByteBuffer bytes = Objects.requireNonNull(cases.given().get(input)).bytes();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            inputs.add(copy);
        }
        List<byte[]> inJava = JvmMachine.run(program, inputs);
        for (int i = 0; i < inJava.size(); i++) {
            Tensor want = Objects.requireNonNull(wanted.get(graph.outputs().get(i)));
            compare("the JVM", want, Tensor.of(want.type(), inJava.get(i)));
        }
    }

    private static void compare(String where, Tensor want, Tensor got) {
        for (int i = 0; i < want.elements(); i++) {
            assertThat(got.getDouble(i))
                    .as("element %d of %s on %s", i, want.type(), where)
                    .isCloseTo(want.getDouble(i), org.assertj.core.api.Assertions.within(1e-4));
        }
    }
}
