package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployments that end in the middle: nothing half lies in the output folder, and the next run works. */
final class InterruptedRunTest {
    private static final int SIGINT = 2;

    @TempDir
    private Path folder;

    private Path model;
    private Path data;
    private Path out;

    @BeforeEach
    void write_model_and_data() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        TinyData.random(600, 1).writeNpz(folder.resolve("eval.npz"));
        data = Files.writeString(
                folder.resolve("eval.yaml"), "kind: npz\npath: eval.npz\ncalibration: {split: 100, seed: 1}\n");
        out = folder.resolve("deep/out");
    }

    @ParameterizedTest
    @ValueSource(strings = {".selvedge-", "selvedge-deploy-", "fp32.selv", "int8.selv"})
    void ended_process_removes_what_it_began(String stage) throws Exception {
        ChildProcess child = deploy();
        awaitStage(child, stage);
        child.process().destroy();
        CommandLineRun run = child.run();
        assertThat(run.status()).as(run.err()).isEqualTo(128 + 15);
        assertThat(run.err().lines().filter(line -> !line.startsWith("["))).isEmpty();
        assertThat(run.out()).isEmpty();
        assertThat(folder.resolve("deep")).doesNotExist();
        assertThat(child.temporaryFiles()).isEmpty();
    }

    @Test
    void interrupt_from_the_keyboard_does_the_same() throws Exception {
        assumeFalse(isIgnored(SIGINT), "this process was started with SIGINT ignored, and its children are too");
        ChildProcess child = deploy();
        awaitStage(child, "fp32.selv");
        assertThat(new ProcessBuilder(
                                "kill", "-INT", Long.toString(child.process().pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        CommandLineRun run = child.run();
        assertThat(run.status()).as(run.err()).isEqualTo(128 + SIGINT);
        assertThat(run.err().lines().filter(line -> !line.startsWith("["))).isEmpty();
        assertThat(folder.resolve("deep")).doesNotExist();
        assertThat(child.temporaryFiles()).isEmpty();
    }

    @Test
    void killed_process_leaves_nothing_that_looks_whole_and_the_next_one_cleans_up() throws Exception {
        CommandLineRun first = CommandLineRun.of("deploy", model, "--data", data, "--out", out);
        assertThat(first.status()).as(first.err()).isZero();
        Map<String, String> earlier = results();
        for (String stage : List.of(".selvedge-", "fp32.selv", "int8.selv")) {
            ChildProcess child = deploy();
            awaitStage(child, stage);
            child.process().destroyForcibly();
            child.process().waitFor();
            assertThat(results()).as("killed at " + stage).isEqualTo(earlier);
        }
        assertThat(hidden()).as("left by the last one").isNotEmpty();
        ChildProcess child = deploy();
        assertThat(child.run().status()).as(child.run().err()).isZero();
        assertThat(hidden()).isEmpty();
        assertThat(child.temporaryFiles()).isEmpty();
        assertThat(results().keySet()).containsExactly("model.onnx", "model.selv", "report.html", "report.json");
        CommandLineRun inspect = CommandLineRun.of("inspect", out.resolve("model.selv"));
        assertThat(inspect.status()).as(inspect.err()).isZero();
    }

    @Test
    void process_killed_while_it_unpacks_the_tool_chain_does_not_block_the_next() throws Exception {
        Path cache = folder.resolve("cache");
        ChildProcess child = ChildProcess.start(folder, Map.of("SELVEDGE_CACHE", cache.toString()), "doctor");
        await(child, () -> contains(cache, ".partial"));
        child.process().destroyForcibly();
        child.process().waitFor();
        assertThat(contains(cache, ".partial")).isTrue();
        CommandLineRun run = ChildProcess.start(folder, Map.of("SELVEDGE_CACHE", cache.toString()), "doctor")
                .run();
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("compiles");
        assertThat(contains(cache, ".partial")).isFalse();
    }

    private ChildProcess deploy() throws IOException {
        return ChildProcess.start(folder, Map.of(), "deploy", model, "--data", data, "--out", out);
    }

    /** Waits until a file whose name holds {@code part} lies in the output folder or among the temporary files. */
    private void awaitStage(ChildProcess child, String part) throws InterruptedException {
        await(child, () -> contains(folder.resolve("deep"), part) || contains(folder.resolve("tmp"), part));
    }

    private static void await(ChildProcess child, BooleanSupplier reached) throws InterruptedException {
        while (!reached.getAsBoolean()) {
            assertThat(child.process().waitFor(5, TimeUnit.MILLISECONDS))
                    .as("ended before it could be interrupted")
                    .isFalse();
        }
        assumeTrue(child.process().isAlive(), "the run was over before it could be interrupted");
    }

    private static boolean contains(Path folder, String part) {
        try (Stream<Path> files = Files.walk(folder, 4)) {
            return files.anyMatch(file -> file.getFileName().toString().contains(part));
        } catch (IOException | java.io.UncheckedIOException e) {
            // Not made yet, or changing while it is looked at.
            return false;
        }
    }

    /** The results by name, as text that compares. */
    private Map<String, String> results() throws IOException {
        Map<String, String> results = new TreeMap<>();
        try (Stream<Path> files = Files.list(out)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList()) {
                results.put(file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return results;
    }

    private List<String> hidden() throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isIgnored(int signal) throws IOException {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return (Long.parseUnsignedLong(mask.substring(7).strip(), 16) >> (signal - 1) & 1) == 1;
    }
}
