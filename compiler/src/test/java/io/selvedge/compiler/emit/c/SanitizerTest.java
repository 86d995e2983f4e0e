package io.selvedge.compiler.emit.c;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The plain C kernels under gcc's sanitizers. */
final class SanitizerTest {
    @TempDir
    Path folder;

    /** What is run. */
    enum Kernels {
        DENSE_F32,
        DENSE_U8,
        SPARSE_F32,
        SPARSE_U8,
        WINOGRAD,
        DEPTHWISE_F32,
        DEPTHWISE_U8,
        POOLING,
        STRIDED
    }

    static Assembly assembly(Kernels kernels) {
        return switch (kernels) {
            case DENSE_F32 -> ConvolutionTest.dense(DType.FLOAT32);
            case DENSE_U8 -> ConvolutionTest.dense(DType.UINT8);
            case SPARSE_F32 -> ConvolutionTest.sparse(DType.FLOAT32);
            case SPARSE_U8 -> ConvolutionTest.sparse(DType.UINT8);
            case WINOGRAD -> ConvolutionTest.winograd();
            case DEPTHWISE_F32 -> ConvolutionTest.depthwise(DType.FLOAT32);
            case DEPTHWISE_U8 -> ConvolutionTest.depthwise(DType.UINT8);
            case POOLING -> StridedKernelTest.pooling();
            case STRIDED -> StridedKernelTest.everythingStrided();
        };
    }

    @ParameterizedTest
    @EnumSource
    void no_kernel_leaves_its_buffers(Kernels kernels) throws IOException, InterruptedException {
        assumeTrue(SanitizedProgram.hasCompiler(), "gcc is not installed");
        Assembly a = assembly(kernels);
        Program program = a.build();
        List<byte[]> inputs = Comparison.inputs(a, program);
        List<byte[]> actual = SanitizedProgram.run(program, inputs, folder);
        List<byte[]> expected = ScalarMachine.run(program, inputs);
        for (int i = 0; i < expected.size(); i++) {
            Comparison.compare(
                    program,
                    i,
                    "sanitizers",
                    expected.get(i),
                    actual.get(i),
                    kernels == Kernels.WINOGRAD ? 2e-4 : 2e-5);
        }
    }
}
