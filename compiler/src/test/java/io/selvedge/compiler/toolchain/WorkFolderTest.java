package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkFolderTest {
    @TempDir
    private Path parent;

    @Test
    void closing_removes_the_folder_and_its_lock() throws IOException {
        try (WorkFolder work = WorkFolder.in(parent, "work-");
                WorkFolder other = WorkFolder.in(parent, "work-")) {
            Files.createDirectories(work.path().resolve("deep/er"));
            Files.writeString(work.path().resolve("deep/er/file"), "x");
            assertThat(other.path()).isDirectory().isNotEqualTo(work.path());
            assertThat(Files.getPosixFilePermissions(work.path())).hasSize(3);
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void parents_that_were_made_go_with_the_folder_unless_something_lies_in_them() throws IOException {
        WorkFolder.in(parent.resolve("a/b"), "work-").close();
        assertThat(names()).isEmpty();
        try (WorkFolder work = WorkFolder.in(parent.resolve("a/b"), "work-")) {
            Files.writeString(work.path().resolveSibling("result"), "x");
            Files.writeString(parent.resolve("a/other"), "x");
        }
        assertThat(parent.resolve("a/b/result")).exists();
        Files.createDirectory(parent.resolve("old"));
        WorkFolder.in(parent.resolve("old"), "work-").close();
        assertThat(parent.resolve("old")).isDirectory();
    }

    @Test
    void a_kept_folder_stays() throws IOException {
        Path kept;
        try (WorkFolder work = WorkFolder.in(parent, "work-")) {
            kept = work.path();
            work.keep();
        }
        WorkFolder.in(parent, "work-").close();
        assertThat(names()).containsExactly(kept.getFileName().toString());
    }

    @Test
    void what_a_killed_process_left_goes_and_what_a_living_one_has_stays() throws Exception {
        Process killed = holder();
        Path left = Path.of(firstLine(killed));
        Process living = holder();
        Path held = Path.of(firstLine(living));
        try {
            assertThat(left).as("while its process lives").isDirectory();
            killed.destroyForcibly().waitFor();
            assertThat(left).isDirectory();
            WorkFolder.in(parent, "other-").close();
            assertThat(left).as("of another kind").isDirectory();
            WorkFolder.in(parent, "work-").close();
            assertThat(names()).containsExactly(held.getFileName().toString(), held.getFileName() + ".lock");
        } finally {
            killed.destroyForcibly();
            // The signal that ends a process in good order.
            living.destroy();
            living.waitFor();
        }
        assertThat(names()).isEmpty();
    }

    private Process holder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String firstLine(Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    /** Another process that has a folder until it is ended. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            WorkFolder work = WorkFolder.in(Path.of(args[0]), "work-");
            Files.writeString(work.path().resolve("file"), "x");
            System.out.println(work.path());
            Thread.sleep(60_000);
            work.close();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
