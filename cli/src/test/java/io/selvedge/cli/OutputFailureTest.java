package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compress.deploy.Deployer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that cannot be written, whoever runs the tests, and file systems that are full. */
final class OutputFailureTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path mounted;

    @BeforeEach
    void write_model() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        mounted = Files.createDirectory(folder.resolve("tmp"));
    }

    @AfterEach
    void unmount() throws Exception {
        if (!Files.getFileStore(mounted).equals(Files.getFileStore(folder))) {
            assertThat(run("umount", mounted.toString())).isZero();
        }
    }

    @Test
    void output_below_a_file_or_in_a_kernel_folder_is_refused() {
        for (Path out : List.of(model.resolve("out"), Path.of("/proc/self/out"), Path.of("/sys/out"))) {
            CommandLineRun.of("deploy", model, "--dim", "N=1", "--out", out)
                    .refused(6, "OUTPUT_NOT_WRITABLE", out.toString(), "choose another --out");
        }
        assertThat(model).isRegularFile();
    }

    @Test
    void read_only_file_system_is_refused() throws Exception {
        mount("ro,size=1m");
        CommandLineRun.of("deploy", model, "--dim", "N=1", "--out", mounted.resolve("out"))
                .refused(6, "OUTPUT_NOT_WRITABLE", "Read-only file system", "choose another --out");
    }

    @Test
    void small_file_system_is_refused_before_anything_is_compiled() throws Exception {
        mount("size=64k");
        CommandLineRun.of("deploy", model, "--dim", "N=1", "--out", mounted.resolve("out"))
                .refused(6, "IO_ERROR", "needs about", "65536 left", "free some space");
        assertThat(names(mounted)).isEmpty();
    }

    @Test
    void file_system_that_fills_up_meanwhile_keeps_no_half_of_a_result() throws Exception {
        mount("size=4m");
        Path out = mounted.resolve("out");
        CommandLineRun run = CommandLineRun.of(
                console -> new DeployCommand(console, (request, progress) -> {
                    fill(mounted.resolve("filler"));
                    return Deployer.deploy(request, progress);
                }),
                model,
                "--dim",
                "N=1",
                "--out",
                out);
        run.refused(6, "IO_ERROR", "No space left on device", "space");
        assertThat(names(mounted)).containsExactly("filler");
    }

    @Test
    void report_that_does_not_fit_any_more_takes_the_model_with_it() throws Exception {
        mount("size=4m");
        Path out = mounted.resolve("out");
        CommandLineRun run = CommandLineRun.of(
                console -> new DeployCommand(console, (request, progress) -> {
                    var result = Deployer.deploy(request, progress);
                    fill(mounted.resolve("filler"));
                    return result;
                }),
                model,
                "--dim",
                "N=1",
                "--out",
                out);
        run.refused(6, "IO_ERROR", "report", "No space left on device", "choose another --out");
        assertThat(names(mounted)).containsExactly("filler");
    }

    @Test
    void training_on_a_full_disk_says_where_and_leaves_nothing_that_looks_whole() throws Exception {
        TinyData.random(90, 3).writeNpz(folder.resolve("data.npz"));
        Path data = Files.writeString(
                folder.resolve("data.yaml"), "kind: npz\npath: data.npz\ntraining: {split: 60, validation: 0.2}\n");
        mount("size=64k");
        fill(mounted.resolve("filler"));
        Path out = mounted.resolve("trained.onnx");
        CommandLineRun.of("train", model, "--data", data, "--epochs", 1, "--learning-rate", 0.001, "--out", out)
                .refused(6, "OUTPUT_NOT_WRITABLE", mounted.toString(), "No space left on device");
        assertThat(out).doesNotExist();
    }

    @Test
    void full_folder_for_temporary_files_is_told() throws Exception {
        mount("size=64k");
        fill(mounted.resolve("filler"));
        Path out = folder.resolve("out");
        ChildProcess child = ChildProcess.start(folder, Map.of(), "deploy", model, "--dim", "N=1", "--out", out);
        child.run().refused(6, "IO_ERROR", "No space left on device", "free some space", mounted.toString());
        assertThat(child.temporaryFiles()).containsExactly("filler");
        assertThat(out).doesNotExist();
    }

    @Test
    void cache_that_cannot_take_the_tool_chain_is_told() throws Exception {
        mount("size=1m");
        for (Path cache : List.of(mounted, model.resolve("cache"))) {
            CommandLineRun run = ChildProcess.start(
                            folder,
                            Map.of("SELVEDGE_CACHE", cache.toString()),
                            "deploy",
                            model,
                            "--dim",
                            "N=1",
                            "--out",
                            folder.resolve("out"))
                    .run();
            run.refused(6, cache.equals(mounted) ? "IO_ERROR" : "OUTPUT_NOT_WRITABLE", "set SELVEDGE_CACHE");
            assertThat(folder.resolve("out")).doesNotExist();
        }
    }

    @Test
    void result_on_a_full_standard_output_is_no_success() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "needs /dev/full");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "inspect",
                        model.toString(),
                        "--dim",
                        "N=1",
                        "--json")
                .redirectOutput(full.toFile())
                .start();
        String err = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(err).isEqualTo(6);
        assertThat(err)
                .startsWith("IO_ERROR: ")
                .contains("No space left on device")
                .doesNotContain("\tat ");
    }

    private void mount(String options) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount a small file system");
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", options, "tmpfs", mounted.toString()) == 0,
                "no file system may be mounted here");
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static void fill(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] block = new byte[1 << 12];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
