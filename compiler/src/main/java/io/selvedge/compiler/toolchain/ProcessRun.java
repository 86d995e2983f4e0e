package io.selvedge.compiler.toolchain;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A finished run of a program: its exit status and what it printed. */
record ProcessRun(int exitStatus, String output) {
    /** Variables that would change what a compiler reads or writes. */
    private static final List<String> REMOVED = List.of(
            "CPATH",
            "C_INCLUDE_PATH",
            "LIBRARY_PATH",
            "COMPILER_PATH",
            "GCC_EXEC_PREFIX",
            "LD_PRELOAD",
            "CCC_OVERRIDE_OPTIONS");

    /**
     * Runs {@code command} in {@code folder} to its end, without input, in the C locale.
     *
     * @throws IOException when it cannot be started or waiting was interrupted
     */
    static ProcessRun of(List<String> command, Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        Map<String, String> env = builder.environment();
        REMOVED.forEach(env::remove);
        env.put("LC_ALL", "C");
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ProcessRun(process.waitFor(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command.getFirst(), e);
        } finally {
            process.destroyForcibly();
        }
    }
}
