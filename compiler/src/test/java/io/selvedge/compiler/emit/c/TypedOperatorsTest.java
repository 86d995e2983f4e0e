package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Native code of every element type: integers equal the reference's, floats lie within the rounding of their type. */
final class TypedOperatorsTest {
    @TempDir
    Path folder;

    /** Plain C for every type; what the vectors of the other targets load and store are the halves. */
    static Stream<Arguments> targetsAndTypes() {
        return TypedGraphs.numbers().stream()
                .flatMap(dtype -> RunnableTargets.forFloats().stream()
                        .filter(target -> target == TargetCatalog.X86_64 || dtype == DType.FLOAT16)
                        .map(target -> Arguments.of(target, dtype)));
    }

    @ParameterizedTest
    @MethodSource("targetsAndTypes")
    void native_code_agrees_with_the_reference(Target target, DType dtype) throws Throwable {
        for (TypedGraphs.Case each : cases(dtype)) {
            Map<String, Tensor> want = ReferenceEvaluator.run(each.graph(), each.inputs());
            Graph fused = Pipelines.fuse(each.graph());
            Path work = folder.resolve("case" + want.hashCode());
            compare(
                    want,
                    NativeProgram.compile(MemoryPlanner.plan(new ProgramBuilder(fused).build()), target, work)
                            .run(fused, each.inputs()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "FLOAT64", "BFLOAT16"})
    void kernels_of_every_width_stay_defined_and_inside_their_buffers(DType dtype) throws Exception {
        assumeTrue(SanitizedProgram.hasCompiler(), "gcc is not installed");
        for (TypedGraphs.Case each : cases(dtype)) {
            Map<String, Tensor> want = ReferenceEvaluator.run(each.graph(), each.inputs());
            Program program = new ProgramBuilder(Pipelines.fuse(each.graph())).build();
            List<byte[]> inputs = each.graph().inputs().stream()
                    .map(name -> bytes(each.inputs().get(name)))
                    .toList();
            List<byte[]> outputs = SanitizedProgram.run(program, inputs, folder);
            for (int i = 0; i < outputs.size(); i++) {
                String name = each.graph().outputs().get(i);
                compare(
                        Map.of(name, want.get(name)),
                        Map.of(name, Tensor.of(want.get(name).type(), outputs.get(i))));
            }
        }
    }

    private static List<TypedGraphs.Case> cases(DType dtype) {
        TypedGraphs.Case casts = TypedGraphs.casts(dtype);
        if (TypedGraphs.isStorage(dtype)) {
            return List.of(casts);
        }
        TypedGraphs.Case elements = TypedGraphs.elementWise(dtype);
        return dtype == DType.BOOL ? List.of(elements, casts) : List.of(elements, casts, TypedGraphs.wholes(dtype));
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[tensor.bytes().remaining()];
        tensor.bytes().get(bytes);
        return bytes;
    }

    private static void compare(Map<String, Tensor> want, Map<String, Tensor> got) {
        want.forEach((name, tensor) -> {
            for (int i = 0; i < tensor.elements(); i++) {
                double expected = tensor.getDouble(i);
                double actual = got.get(name).getDouble(i);
                boolean same = tensor.dtype().isFloat()
                        ? expected == actual
                                || Double.isNaN(expected) && Double.isNaN(actual)
                                || Math.abs(expected - actual)
                                        <= tolerance(tensor.dtype()) * Math.max(1, Math.abs(expected))
                        : tensor.getLong(i) == got.get(name).getLong(i);
                assertThat(same)
                        .as("%s %s element %d: %s instead of %s", name, tensor.type(), i, actual, expected)
                        .isTrue();
            }
        });
    }

    /** One unit in the last place of a half; a margin for sums and functions in f32 and f64. */
    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> 1e-12;
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> 2e-6;
        };
    }
}
