package io.selvedge.compiler.toolchain;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

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
     * @throws IOException when it cannot be started, waiting was interrupted, or this process is ending
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
        // A process that is told to end does not leave its compiler running.
        AtomicBoolean ending = new AtomicBoolean();
        Thread hook = new Thread(
                () -> {
                    ending.set(true);
                    process.destroyForcibly();
                },
                "selvedge-child");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (ending.get()) {
                throw new IOException("the process is ending");
            }
            return new ProcessRun(status, output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command.getFirst(), e);
        } catch (IllegalStateException e) {
            throw new IOException("the process is ending", e);
        } finally {
            process.destroyForcibly();
            remove(hook);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending; the hook does no harm.
        }
    }
}
