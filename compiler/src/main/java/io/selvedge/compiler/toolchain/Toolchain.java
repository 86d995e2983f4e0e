package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A C compiler and linker that builds freestanding libraries: no libc, no undefined symbol, and the same bytes
 * for the same sources and flags.
 */
public final class Toolchain {
    private static final int SHOWN_LINES = 12;
    private static final String WAY_OUT =
            "pass --cc with the path of a clang or gcc, or leave --cc out to use the bundled clang";

    /** Told about bytes unpacked so far; unpacking takes some seconds and happens once per user. */
    @FunctionalInterface
    public interface Progress {
        Progress SILENT = (doneBytes, totalBytes) -> {};

        void unpacked(long doneBytes, long totalBytes);
    }

    private enum Family {
        BUNDLED,
        CLANG,
        GCC
    }

    private final Path compiler;
    private final Family family;
    private final String version;
    /** Where the bundled one was unpacked. */
    private final Optional<UserCache> cache;

    private Toolchain(Path compiler, Family family, String version, Optional<UserCache> cache) {
        this.compiler = compiler;
        this.family = family;
        this.version = version;
        this.cache = cache;
    }

    /** {@link #bundled(UserCache, Progress)} in the user's cache, silently. */
    public static Toolchain bundled() {
        return bundled(UserCache.ofUser(), Progress.SILENT);
    }

    /**
     * clang and lld from Maven, unpacked into {@code cache} if they are not there yet.
     *
     * @throws SelvedgeException TOOLCHAIN_MISSING when this host has none or it does not start; IO_ERROR or
     *     OUTPUT_NOT_WRITABLE when the cache cannot be filled
     */
    public static Toolchain bundled(UserCache cache, Progress progress) {
        Path clang = BundledLlvm.locate(cache, progress).resolve("bin").resolve("clang");
        String wayOut =
                "check that libstdc++ and zlib are installed (Debian: apt-get install libstdc++6 zlib1g) and that "
                        + cache.root() + " is not mounted noexec (else set SELVEDGE_CACHE), or pass --cc";
        String version;
        try {
            version = versionOf(clang, wayOut);
        } catch (SelvedgeException e) {
            if (!BundledLlvm.repair(cache, progress)) {
                throw e;
            }
            version = versionOf(clang, wayOut);
        }
        return new Toolchain(clang, Family.BUNDLED, version, Optional.of(cache));
    }

    /**
     * Folder of the bundled tool chain if it lies complete in {@code cache}; nothing is unpacked.
     *
     * @throws SelvedgeException TOOLCHAIN_MISSING when this host has none
     */
    public static Optional<Path> unpacked(UserCache cache) {
        return BundledLlvm.unpacked(cache);
    }

    /**
     * The compiler at {@code cc} (a path, or a name on the {@code PATH}), a clang or a gcc.
     *
     * @throws SelvedgeException TOOLCHAIN_MISSING when it does not run or is neither
     */
    public static Toolchain of(Path cc) {
        requireProgram(cc);
        String version = versionOf(cc, WAY_OUT);
        String macros = printed(List.of(cc.toString(), "-dM", "-E", "-x", "c", "/dev/null"), WAY_OUT);
        if (macros.contains("#define __clang__ 1")) {
            return new Toolchain(cc, Family.CLANG, version, Optional.empty());
        }
        if (macros.contains("#define __GNUC__ ")) {
            return new Toolchain(cc, Family.GCC, version, Optional.empty());
        }
        throw new SelvedgeException(
                ErrorCode.TOOLCHAIN_MISSING,
                "--cc needs a clang or gcc; " + cc + " calls itself '" + version + "'; " + WAY_OUT);
    }

    private static void requireProgram(Path cc) {
        boolean onPath = cc.getNameCount() == 1 && !cc.isAbsolute();
        String path = System.getenv().getOrDefault("PATH", "");
        boolean found = onPath
                ? Stream.of(path.split(File.pathSeparator))
                        .filter(folder -> !folder.isEmpty())
                        .anyMatch(folder -> isProgram(Path.of(folder).resolve(cc)))
                : isProgram(cc);
        if (!found) {
            throw new SelvedgeException(
                    ErrorCode.TOOLCHAIN_MISSING,
                    "--cc " + cc + ": "
                            + (onPath
                                    ? "no such program in the folders of PATH (" + (path.isEmpty() ? "empty" : path)
                                            + ")"
                                    : Files.exists(cc)
                                            ? "it is no program that may be executed"
                                            : "there is no such file")
                            + "; " + WAY_OUT);
        }
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /** The first line that {@code cc --version} prints. */
    public String version() {
        return version;
    }

    /** Path of the compiler. */
    public Path compiler() {
        return compiler;
    }

    /** Whether this is clang and lld from Maven. */
    public boolean isBundled() {
        return family == Family.BUNDLED;
    }

    /**
     * Compiles and links {@code request}'s sources into its output.
     *
     * @throws SelvedgeException TOOLCHAIN_FAILED with the compiler's first messages; OUTPUT_NOT_WRITABLE when the
     *     library cannot be put in place
     */
    public void compileShared(CompileRequest request) {
        Path beside = request.output().resolveSibling(request.output().getFileName() + ".partial");
        try {
            Files.createDirectories(request.output().getParent());
            ProcessRun run = ProcessRun.of(command(request, beside), request.workDir());
            if (!hasBuilt(run, beside) && cache.isPresent() && BundledLlvm.repair(cache.get(), Progress.SILENT)) {
                run = ProcessRun.of(command(request, beside), request.workDir());
            }
            if (!hasBuilt(run, beside)) {
                throw failed(request, run);
            }
            Files.move(beside, request.output(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "the library " + request.output() + " cannot be written (" + IoReason.of(e)
                            + "); choose another output folder",
                    e);
        } finally {
            discard(beside);
        }
    }

    private static boolean hasBuilt(ProcessRun run, Path library) {
        return run.exitStatus() == 0 && Files.isRegularFile(library);
    }

    /** The command line for {@code request}, its library going to {@code output}. */
    private List<String> command(CompileRequest request, Path output) {
        List<String> command = new ArrayList<>(List.of(
                compiler.toString(),
                "-std=c11",
                // Kernels say what is unrolled. -O2 makes up to two thirds more code and is 1 % faster in plain C, not
                // at all elsewhere; -O3 makes another quarter and unswitches loops that then do not unroll. For other
                // CPUs than x86-64 clang makes arrays of zeros by calls of memset, which is not there, unless for
                // speed.
                request.triple().isPresent() ? "-O2" : "-Os",
                "-ffreestanding",
                // Loops over bytes stay loops: there is no memcpy or memset to call.
                "-fno-builtin",
                "-fno-math-errno",
                "-fno-trapping-math",
                // A product and a sum are rounded separately on every target, or the targets would disagree.
                "-ffp-contract=off",
                "-fno-stack-protector",
                "-fno-asynchronous-unwind-tables",
                "-fvisibility=hidden",
                // No line in the library that names the compiler.
                "-fno-ident",
                "-Wall",
                "-Wextra"));
        command.addAll(
                switch (family) {
                    // Only here is it known which warnings the version has; another version's new one must not stop a
                    // user.
                    case BUNDLED -> List.of("-Werror", "-fuse-ld=lld");
                    // The linker of this machine knows no other.
                    case CLANG -> request.triple().isPresent() ? List.of("-fuse-ld=lld") : List.of();
                    case GCC -> List.of("-fno-tree-loop-distribute-patterns", "-Wno-unknown-pragmas", "-Wno-psabi");
                });
        request.includeDirs().forEach(dir -> command.add("-I" + request.relative(dir)));
        command.addAll(family == Family.GCC ? ownFlags(request) : request.cFlags());
        request.sources().forEach(source -> command.add(request.relative(source)));
        command.addAll(
                switch (request.form()) {
                    case SHARED_LIBRARY ->
                        List.of(
                                "-fPIC",
                                "-nostdlib",
                                "-shared",
                                "-s",
                                "-Wl,-z,defs",
                                "-Wl,--build-id=none",
                                "-Wl,-z,norelro",
                                // A library's calls of its own functions are nobody else's business.
                                "-Wl,-Bsymbolic");
                    case WASM_MODULE ->
                        List.of(
                                "-nostdlib",
                                "-Wl,--no-entry",
                                "-Wl,--export-dynamic",
                                // Where the caller may put weights, arena, inputs and outputs.
                                "-Wl,--export=__heap_base",
                                "-Wl,--strip-all");
                });
        command.addAll(List.of("-o", output.toString()));
        return command;
    }

    /** A gcc compiles for one architecture and takes no {@code --target}. */
    private List<String> ownFlags(CompileRequest request) {
        String triple = request.triple().orElse("");
        if (!triple.isEmpty() && !version.contains(triple) && !triple.startsWith(System.getProperty("os.arch"))) {
            throw new SelvedgeException(
                    ErrorCode.TOOLCHAIN_MISSING,
                    "code for " + triple + " needs a clang with lld; " + compiler + " is '" + version + "'; "
                            + WAY_OUT);
        }
        return request.cFlags().stream()
                .filter(flag -> !flag.startsWith("--target="))
                .toList();
    }

    private SelvedgeException failed(CompileRequest request, ProcessRun run) {
        List<String> lines = run.output().lines().toList();
        String shown = lines.stream().limit(SHOWN_LINES).collect(Collectors.joining("\n  "));
        String rest = lines.size() > SHOWN_LINES ? "\n  ... " + (lines.size() - SHOWN_LINES) + " more lines" : "";
        return new SelvedgeException(
                ErrorCode.TOOLCHAIN_FAILED,
                version() + " ended with status " + run.exitStatus() + " on "
                        + request.workDir().resolve(request.sources().getFirst()) + " (kept):\n  " + shown + rest
                        + "\nThe generated C should compile cleanly: please report it with that folder");
    }

    private static String versionOf(Path cc, String wayOut) {
        String version = firstLine(printed(List.of(cc.toString(), "--version"), wayOut));
        if (version.isBlank()) {
            // A file of zeros is taken for a shell script that does nothing, and does it well.
            throw new SelvedgeException(
                    ErrorCode.TOOLCHAIN_MISSING, "the C compiler " + cc + " does not tell its version; " + wayOut);
        }
        return version;
    }

    private static String printed(List<String> command, String wayOut) {
        try {
            ProcessRun run = ProcessRun.of(command, Path.of("").toAbsolutePath());
            if (run.exitStatus() == 0) {
                return run.output();
            }
            throw new SelvedgeException(
                    ErrorCode.TOOLCHAIN_MISSING,
                    "the C compiler does not run: '" + String.join(" ", command) + "' ended with status "
                            + run.exitStatus() + " (" + firstLine(run.output()) + "); " + wayOut);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.TOOLCHAIN_MISSING, "the C compiler does not run: " + IoReason.of(e) + "; " + wayOut, e);
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(Toolchain.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + file, e);
        }
    }
}
