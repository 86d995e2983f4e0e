package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.TargetCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps that threads share. */
final class ThreadsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void every_number_of_threads_gives_the_same_bytes(SanitizerTest.Kernels kernels)
            throws IOException, InterruptedException {
        assumeTrue(SanitizedProgram.hasCompiler(), "gcc is not installed");
        Assembly a = SanitizerTest.assembly(kernels);
        Program program = a.build();
        // Where tiles of its Winograd kernel overlap, two threads write the same integers.
        boolean sanitized = kernels != SanitizerTest.Kernels.DENSE_U8;
        ThreadedProgram.check(program, Comparison.inputs(a, program), sanitized, folder);
    }

    @Test
    void every_unit_is_computed_once_and_none_of_a_run_that_failed() throws IOException, InterruptedException {
        assumeTrue(SanitizedProgram.hasCompiler(), "gcc is not installed");
        try (InputStream source = ThreadsTest.class.getResourceAsStream("team_test.c")) {
            Files.copy(source, folder.resolve("team_test.c"));
        }
        String headers = Path.of("src/main/c").toAbsolutePath().toString();
        ThreadedProgram.compile(folder, true, List.of("-iquote", headers, "team_test.c"));
        ThreadedProgram.execute(folder, List.of(folder.resolve("main").toString()));
    }

    @Test
    void steps_that_are_too_short_are_thread_0s() {
        Program program = SanitizerTest.assembly(SanitizerTest.Kernels.POOLING).build();
        Sharing hours = new Sharing(1e12);
        assertThat(CEmitter.emit(MemoryPlanner.plan(program), TargetCatalog.X86_64_V3, hours)
                        .files()
                        .get("model.c"))
                .contains("if (thread != 0) return 0;")
                .doesNotContain("sv_take(");
    }

    @Test
    void work_is_split_where_threads_wait_least() {
        Split rows = new Split("SV_BANDS", 7);
        Split groups = new Split("SV_GROUPS", 16);
        assertThat(Split.of(List.of(rows, groups))).isEqualTo(groups);
        assertThat(Split.nearby(List.of(rows, groups))).isEqualTo(rows);
        assertThat(Split.nearby(List.of(new Split("SV_BANDS", 3), groups))).isEqualTo(groups);
        assertThat(Split.of(List.of(new Split("SV_BANDS", 56), groups)).axis()).isEqualTo("SV_BANDS");
        assertThat(Split.of(List.of(new Split("SV_BANDS", 1))).units()).isEqualTo(1);
    }
}
