package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.target.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One library to build.
 *
 * <p>Sources and include folders inside {@code workDir} are handed to the compiler by their relative paths, so that
 * neither the library nor a diagnostic depends on where the folder lies. The folder belongs to the caller, who leaves it
 * in place when compilation fails: the error names it.
 *
 * @param workDir folder in which the compiler runs
 * @param sources C files; at least one
 * @param includeDirs folders for {@code #include}, searched in this order
 * @param cFlags flags of the target, such as {@code -march=x86-64-v3}; they come after the common ones and so win
 * @param form what the linker makes
 * @param output the library; replaced atomically, and left alone when compilation fails
 */
public record CompileRequest(
        Path workDir, List<Path> sources, List<Path> includeDirs, List<String> cFlags, Form form, Path output) {
    private static final String TRIPLE = "--target=";

    /** What the linker makes. */
    public enum Form {
        SHARED_LIBRARY,
        /** A WebAssembly module that exports its memory. */
        WASM_MODULE
    }

    public CompileRequest {
        sources = List.copyOf(sources);
        includeDirs = List.copyOf(includeDirs);
        cFlags = List.copyOf(cFlags);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("a library needs at least one source");
        }
        workDir = workDir.toAbsolutePath().normalize();
        output = output.toAbsolutePath().normalize();
    }

    /** A shared library. */
    public CompileRequest(Path workDir, List<Path> sources, List<Path> includeDirs, List<String> cFlags, Path output) {
        this(workDir, sources, includeDirs, cFlags, Form.SHARED_LIBRARY, output);
    }

    /** What {@code target} loads; includes are looked for in {@code workDir}. */
    public static CompileRequest of(Target target, Path workDir, List<Path> sources, Path output) {
        return new CompileRequest(
                workDir,
                sources,
                List.of(workDir),
                target.cFlags(),
                target.isWasm() ? Form.WASM_MODULE : Form.SHARED_LIBRARY,
                output);
    }

    /** What {@code --target} among the flags says; empty for this machine's architecture. */
    Optional<String> triple() {
        return cFlags.stream()
                .filter(flag -> flag.startsWith(TRIPLE))
                .map(flag -> flag.substring(TRIPLE.length()))
                .findFirst();
    }

    /** {@code path} as the compiler sees it from the work folder. */
    String relative(Path path) {
        Path absolute = workDir.resolve(path).normalize();
        if (absolute.equals(workDir)) {
            // An empty name would make -I swallow the flag that follows it.
            return ".";
        }
        return (absolute.startsWith(workDir) ? workDir.relativize(absolute) : absolute).toString();
    }
}
