package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model of 90 MB takes, from the file to a measured bundle. */
final class LargeModelMemoryTest {
    private static final long MOST_KILOBYTES = 600_000;
    private static final int POLL_MILLIS = 20;

    @TempDir
    private Path folder;

    @Test
    void a_model_of_90_megabytes_is_deployed_in_less_than_600() throws IOException, InterruptedException {
        Path model = folder.resolve("minilm.onnx");
        try (InputStream stream = LargeModelMemoryTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            Files.copy(Objects.requireNonNull(stream), model);
        }
        ChildProcess deploy = ChildProcess.start(
                folder,
                Map.of(),
                "deploy",
                model,
                "--input-shape",
                "input_ids=1,32",
                "--input-shape",
                "attention_mask=1,32",
                "--input-shape",
                "token_type_ids=1,32",
                "--out",
                folder.resolve("out"));
        Path status = Path.of("/proc", String.valueOf(deploy.process().pid()), "status");
        long peak = 0;
        while (deploy.process().isAlive()) {
            peak = Math.max(peak, peakKilobytes(status));
            Thread.sleep(POLL_MILLIS);
        }
        CommandLineRun run = deploy.run();
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(folder.resolve("out/model.selv")).isNotEmptyFile();
        System.out.printf("MiniLM, from file to bundle: at most %d MB resident%n", peak / 1000);
        assertThat(peak).isBetween(100_000L, MOST_KILOBYTES);
    }

    /** The kernel's high-water mark; 0 once the process has gone. */
    private static long peakKilobytes(Path status) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
