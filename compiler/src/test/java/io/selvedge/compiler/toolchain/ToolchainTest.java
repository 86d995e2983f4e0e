package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ToolchainTest {
    private static final Path GCC = Path.of("/usr/bin/gcc");

    private static final String COPY_AND_CLEAR = """
            #include "entry.h"
            SV_EXPORT int selvedge_run(const float *restrict x, float *restrict y, unsigned char *restrict arena) {
                for (int i = 0; i < 4096; i++) y[i] = x[i];
                for (int i = 0; i < 4096; i++) arena[i] = 0;
                return 0;
            }
            """;

    @TempDir
    Path folder;

    @Test
    void bundled_clang_builds_a_library_that_needs_nobody() throws IOException {
        for (String march : List.of("x86-64", "x86-64-v3", "x86-64-v4")) {
            Path library = compile(Toolchain.bundled(), "a", march);
            ElfSymbols symbols = ElfSymbols.of(library);
            assertThat(symbols.undefined()).isEmpty();
            assertThat(symbols.defined()).containsExactly("selvedge_run");
        }
    }

    @Test
    void gcc_builds_a_library_that_needs_nobody() throws IOException {
        assumeTrue(Files.isExecutable(GCC), "gcc is not installed");
        ElfSymbols symbols = ElfSymbols.of(compile(Toolchain.of(GCC), "a", "x86-64-v3"));
        assertThat(symbols.undefined()).isEmpty();
        assertThat(symbols.defined()).containsExactly("selvedge_run");
    }

    @Test
    void the_folder_does_not_show_in_the_library() throws IOException {
        Toolchain toolchain = Toolchain.bundled();
        byte[] here = Files.readAllBytes(compile(toolchain, "here", "x86-64-v3"));
        byte[] there = Files.readAllBytes(compile(toolchain, "a folder with spaces", "x86-64-v3"));
        assertThat(there).isEqualTo(here);
    }

    @Test
    void intrinsics_headers_are_found() throws IOException {
        Path source = Files.writeString(folder.resolve("dot.c"), """
                #include <immintrin.h>
                #include <stdint.h>
                __attribute__((visibility("default"))) void dot(__m512i *acc, const __m512i *a, const __m512i *b) {
                    *acc = _mm512_dpbusd_epi32(*acc, *a, *b);
                }
                """);
        Path library = folder.resolve("dot.so");
        Toolchain.bundled()
                .compileShared(new CompileRequest(
                        folder, List.of(source), List.of(), List.of("-march=x86-64-v4", "-mavx512vnni"), library));
        assertThat(ElfSymbols.of(library).defined()).containsExactly("dot");
    }

    @Test
    void a_call_into_libc_fails_the_link_and_names_the_kept_source() throws IOException {
        Path source = Files.writeString(folder.resolve("model.c"), """
                float expf(float);
                __attribute__((visibility("default"))) float f(float x);
                float f(float x) { return expf(x); }
                """);
        Path library = Files.writeString(folder.resolve("model.so"), "the previous one");
        assertThatThrownBy(() -> Toolchain.bundled()
                        .compileShared(new CompileRequest(folder, List.of(source), List.of(), List.of(), library)))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOOLCHAIN_FAILED))
                .hasMessageContaining("undefined symbol: expf")
                .hasMessageContaining(source.toString());
        assertThat(library).hasContent("the previous one");
        assertThat(folder.resolve("model.so.partial")).doesNotExist();
    }

    @Test
    void a_warning_is_an_error() throws IOException {
        Path source = Files.writeString(folder.resolve("model.c"), "static int unused(void) { return 1; }\n");
        assertThatThrownBy(() -> Toolchain.bundled()
                        .compileShared(new CompileRequest(
                                folder, List.of(source), List.of(), List.of(), folder.resolve("model.so"))))
                .hasMessageContaining("unused function 'unused'");
    }

    @Test
    void a_missing_compiler_says_what_to_do() {
        assertThatThrownBy(() -> Toolchain.of(folder.resolve("nocc")))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOOLCHAIN_MISSING))
                .hasMessageContaining("nocc")
                .hasMessageContaining("there is no such file")
                .hasMessageContaining("leave --cc out");
    }

    @Test
    void a_program_that_is_no_compiler_is_refused() {
        Path program = Path.of("/bin/true");
        assumeTrue(Files.isExecutable(program), program + " does not exist");
        assertThatThrownBy(() -> Toolchain.of(program))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOOLCHAIN_MISSING));
    }

    private Path compile(Toolchain toolchain, String name, String march) throws IOException {
        Path work = Files.createDirectories(folder.resolve(name));
        Path include = Files.createDirectories(work.resolve("include"));
        Files.writeString(include.resolve("entry.h"), "#define SV_EXPORT __attribute__((visibility(\"default\")))\n");
        Path source = Files.writeString(work.resolve("model.c"), COPY_AND_CLEAR);
        Path library = work.resolve(march + ".so");
        toolchain.compileShared(
                new CompileRequest(work, List.of(source), List.of(include), List.of("-march=" + march), library));
        return library;
    }
}
