package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the emitter says of the steps besides their code. */
final class EmittedTilesTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "UINT8"})
    void every_convolution_has_a_tile_and_no_copy_has_one(DType dtype) {
        Program program = ConvolutionTest.dense(dtype).build();
        for (Target target : TargetCatalog.all()) {
            List<String> tiles =
                    CEmitter.emit(MemoryPlanner.plan(program), target).tiles();
            assertThat(tiles).hasSameSizeAs(program.steps());
            for (int i = 0; i < tiles.size(); i++) {
                boolean copy = program.steps().get(i).kernel() instanceof Kernel.Copy;
                assertThat(tiles.get(i)).matches(copy ? "" : "\\d+x\\d+x\\d+|\\d+ tiles");
            }
        }
    }

    @Test
    void tile_is_the_one_in_the_code() {
        Program program = ConvolutionTest.depthwise(DType.FLOAT32).build();
        EmittedSource source = CEmitter.emit(MemoryPlanner.plan(program), TargetCatalog.X86_64_V3);
        String code = source.files().get("model.c");
        for (String tile : source.tiles()) {
            if (!tile.isEmpty()) {
                String[] sizes = tile.split("x", -1);
                assertThat(code).contains(".tile_rows = " + sizes[0] + ", .tile = " + sizes[1] + ",");
            }
        }
    }
}
