package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundledLlvmTest {
    @TempDir
    Path folder;

    @Test
    void many_threads_and_processes_unpack_once_and_a_damaged_folder_is_unpacked_again() throws Exception {
        UserCache cache = new UserCache(folder.resolve("cache"));
        assertThat(Toolchain.unpacked(cache)).isEmpty();
        AtomicInteger completed = new AtomicInteger();
        Toolchain.Progress progress = (done, total) -> completed.addAndGet(done == total ? 1 : 0);
        List<Path> homes = new ArrayList<>();
        List<Process> processes = List.of(locateInProcess(cache), locateInProcess(cache));
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            Callable<Path> locate = () -> BundledLlvm.locate(cache, progress);
            for (Future<Path> home : pool.invokeAll(List.of(locate, locate, locate))) {
                homes.add(home.get());
            }
        }
        for (Process process : processes) {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(process.waitFor()).as(printed).isZero();
            List<String> lines = printed.lines().toList();
            completed.addAndGet(Integer.parseInt(lines.get(0)));
            homes.add(Path.of(lines.get(1)));
        }
        assertThat(homes).hasSize(5).allMatch(homes.getFirst()::equals);
        assertThat(completed).hasValue(1);
        try (Stream<Path> left = Files.list(homes.getFirst().getParent())) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            homes.getFirst().getFileName().toString(),
                            homes.getFirst().getFileName() + ".lock");
        }

        assertThat(Toolchain.unpacked(cache)).contains(homes.getFirst());
        Files.writeString(homes.getFirst().resolve("bin/clang"), "cut short");
        assertThat(Toolchain.unpacked(cache)).isEmpty();
        BundledLlvm.locate(cache, progress);
        assertThat(completed).hasValue(2);
        assertThat(Toolchain.bundled(cache, Toolchain.Progress.SILENT).version())
                .contains("clang version 20");

        // Files of the right size pass until they are needed.
        scramble(homes.getFirst().resolve("bin/clang"));
        Toolchain toolchain = Toolchain.bundled(cache, progress);
        assertThat(completed).hasValue(3);
        Path source = Files.writeString(folder.resolve("model.c"), "int one(void); int one(void) { return 1; }\n");
        CompileRequest request =
                new CompileRequest(folder, List.of(source), List.of(), List.of(), folder.resolve("model.so"));
        scramble(homes.getFirst().resolve("bin/ld.lld"));
        toolchain.compileShared(request);
        assertThat(request.output()).isRegularFile();
        assertThat(BundledLlvm.repair(cache, progress)).as("still damaged").isFalse();
    }

    private static void scramble(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, (byte) 0x5a);
        Files.write(file, bytes);
    }

    private static Process locateInProcess(UserCache cache) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Locate.class.getName(),
                        cache.root().toString())
                .redirectErrorStream(true)
                .start();
    }

    /** What another process does: prints how often it unpacked to the end, and the folder. */
    static final class Locate {
        private Locate() {}

        public static void main(String[] args) {
            AtomicInteger completed = new AtomicInteger();
            Path home = BundledLlvm.locate(
                    new UserCache(Path.of(args[0])), (done, total) -> completed.addAndGet(done == total ? 1 : 0));
            System.out.println(completed + "\n" + home);
        }
    }

    @Test
    void a_cache_that_cannot_be_written_says_what_to_set() throws IOException {
        assumeFalse(System.getProperty("user.name").equals("root"), "root writes everywhere");
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assertCacheRefused(closed.resolve("cache"));
    }

    @Test
    void a_file_in_the_place_of_the_cache_says_what_to_set() throws IOException {
        assertCacheRefused(Files.writeString(folder.resolve("file"), "").resolve("cache"));
    }

    private static void assertCacheRefused(Path root) {
        assertThatThrownBy(() -> Toolchain.bundled(new UserCache(root), Toolchain.Progress.SILENT))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTPUT_NOT_WRITABLE))
                .hasMessageContaining("SELVEDGE_CACHE");
    }
}
