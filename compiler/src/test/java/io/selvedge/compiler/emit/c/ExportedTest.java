package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.target.TargetCatalog;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** One list of what a library exports for C, in Java and in entry.h. */
final class ExportedTest {
    private static final Pattern DECLARED = Pattern.compile("(?m)^SV_EXPORT \\w+ (selvedge_\\w+)\\(");
    private static final Pattern DEFINED = Pattern.compile("(?m)^(?!static|SV_INLINE)\\w+ \\**(\\w+)\\([^;]*\\{$");

    @Test
    void header_declares_and_model_defines_what_is_exported() {
        Assembly a = new Assembly(1);
        a.copy(a.input(DType.FLOAT32, 2, 3), a.output(DType.FLOAT32, 2, 3));
        var files = CEmitter.emit(MemoryPlanner.plan(a.build()), TargetCatalog.X86_64_V3)
                .files();
        assertThat(DECLARED.matcher(files.get("entry.h")).results().map(ExportedTest::name))
                .containsExactlyInAnyOrderElementsOf(CEmitter.EXPORTED);
        assertThat(DEFINED.matcher(files.get("model.c")).results().map(ExportedTest::name))
                .containsExactlyInAnyOrderElementsOf(CEmitter.EXPORTED);
    }

    private static String name(MatchResult result) {
        return result.group(1);
    }
}
