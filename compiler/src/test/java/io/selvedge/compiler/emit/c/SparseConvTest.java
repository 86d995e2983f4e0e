package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels that leave out weights of zero beside the scalar machine, which multiplies them all. */
final class SparseConvTest {
    @TempDir
    Path folder;

    @Test
    void eight_bit_sums_without_their_zeros_are_the_same_integers_on_every_target() throws IOException {
        Comparison.onAllTargets(ConvolutionTest.sparse(DType.UINT8), 0, folder);
    }

    @Test
    void sums_of_floats_without_their_zeros_agree() throws IOException {
        // 12 products near 1 and zeros.
        Comparison.onAllTargets(ConvolutionTest.sparse(DType.FLOAT32), 1e-5, folder);
    }

    @Test
    void zeros_are_left_out_where_that_pays_and_nowhere_else() {
        PlannedProgram floats =
                MemoryPlanner.plan(ConvolutionTest.sparse(DType.FLOAT32).build());
        PlannedProgram bytes =
                MemoryPlanner.plan(ConvolutionTest.sparse(DType.UINT8).build());
        for (Target target : TargetCatalog.all()) {
            assertThat(code(floats, target)).as(target.name()).contains("sv_sparse_f32(&");
            assertThat(code(bytes, target)).as(target.name()).contains("sv_sparse_u8(&");
        }
        PlannedProgram dense =
                MemoryPlanner.plan(ConvolutionTest.dense(DType.FLOAT32).build());
        assertThat(code(dense, TargetCatalog.X86_64_V4_VNNI)).doesNotContain("sv_sparse");
        assertThat(CEmitter.preparedBytes(floats, TargetCatalog.X86_64_V4_VNNI)).isPositive();
    }

    private static String code(PlannedProgram planned, Target target) {
        return CEmitter.emit(planned, target).files().get("model.c");
    }
}
