package io.selvedge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The command line as a process of its own, with its own environment and its own folder for temporary files. */
record ChildProcess(Process process, Path home) {
    private static final int PATIENCE_SECONDS = 120;

    /**
     * @param home for what it prints; its temporary files are made in {@code tmp} there
     * @param environment variables to set; an empty value removes one
     */
    static ChildProcess start(Path home, Map<String, String> environment, Object... args) throws IOException {
        return start(home, System.getProperty("java.class.path"), environment, args);
    }

    static ChildProcess start(Path home, String classPath, Map<String, String> environment, Object... args)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")),
                "-cp",
                classPath,
                Main.class.getName()));
        Stream.of(args).map(Object::toString).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(home.resolve("out.txt").toFile())
                .redirectError(home.resolve("err.txt").toFile());
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return new ChildProcess(builder.start(), home);
    }

    /** Its end. */
    CommandLineRun run() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end: " + Files.readString(home.resolve("err.txt")));
        }
        return new CommandLineRun(
                process.exitValue(),
                Files.readString(home.resolve("out.txt")),
                Files.readString(home.resolve("err.txt")));
    }

    /** Names of what lies in its folder for temporary files. */
    List<String> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("tmp"))) {
            return files.map(file -> file.getFileName().toString())
                    // The virtual machine's own.
                    .filter(name -> !name.startsWith("hsperfdata"))
                    .sorted()
                    .toList();
        }
    }
}
