package io.selvedge.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process loads for a first result: neither what makes classes at run time nor what is large; package-info says why. */
final class StartTest {
    @TempDir
    private Path folder;

    @Test
    void first_result_makes_no_classes() throws Exception {
        Path bundle = AffineModel.bundle(folder);
        // The first process of all makes the folder of libraries, which takes more.
        Model.load(bundle, AffineModel.options(folder)).close();
        List<String> loaded = loadedFor(bundle);
        assertThat(loaded).contains("3").anyMatch(line -> line.contains(" io.selvedge.runtime.Session "));
        for (String kind : List.of(
                "java.util.stream.",
                "java.util.regex.",
                "java.lang.classfile.",
                "$$Lambda",
                "java.security.MessageDigest")) {
            assertThat(loaded.stream().filter(line -> line.contains(kind)).limit(3)).isEmpty();
        }
    }

    private List<String> loadedFor(Path bundle) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classes(Model.class) + System.getProperty("path.separator") + classes(FirstResult.class),
                        FirstResult.class.getName(),
                        bundle.toString(),
                        folder.resolve("lib").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        // What comes before the program's own class is the JVM's.
        List<String> lines = output.lines().collect(Collectors.toList());
        int first = lines.indexOf(lines.stream()
                .filter(line -> line.contains(FirstResult.class.getName()))
                .findFirst()
                .orElseThrow());
        return lines.subList(first, lines.size());
    }

    private static Path classes(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }
}
