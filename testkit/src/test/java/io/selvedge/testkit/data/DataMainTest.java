package io.selvedge.testkit.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Sample;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataMainTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void digits_become_pictures_in_folders_by_class() throws IOException {
        byte[] pixels = new byte[2 * 6];
        pixels[6 + 4] = (byte) 200;
        idx("t10k-images-idx3-ubyte.gz", 0x803, new int[] {2, 2, 3}, pixels);
        idx("t10k-labels-idx1-ubyte.gz", 0x801, new int[] {2}, new byte[] {7, 1});
        assertThat(run("mnist", folder, folder.resolve("test.zip"))).isZero();
        Path description = Files.writeString(
                folder.resolve("data.yaml"),
                "kind: images\npath: test.zip\nclasses: ['1', '7']\ninput: {name: x, colour: GRAY, resize: [2, 3]}\n");
        try (DataSource source = DataSource.open(description)) {
            List<Sample> samples =
                    IntStream.of(0, 1).mapToObj(source.evaluation()::get).toList();
            assertThat(samples)
                    .extracting(sample -> sample.label().orElseThrow())
                    .containsExactly(0, 1);
            assertThat(samples.getFirst().inputs().get("x")).containsExactly(0, 0, 0, 0, 200, 0);
        }
    }

    @Test
    void engines_become_windows_that_are_normal_where_they_are_well() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int engine = 1; engine <= 10; engine++) {
            for (int cycle = 1; cycle <= 150; cycle++) {
                text.append(engine).append(' ').append(cycle);
                for (int column = 2; column < 26; column++) {
                    text.append(' ').append(column + (cycle + engine + column) % 2 + (cycle > 120 ? 50 : 0));
                }
                text.append("  \n");
            }
        }
        Path file = folder.resolve("train.txt.gz");
        gzip(file, text.toString().getBytes(StandardCharsets.US_ASCII));
        assertThat(run("cmapss", file, folder.resolve("made"))).isZero();
        Path description = Files.writeString(
                folder.resolve("data.yaml"),
                "kind: npz\npath: made/windows.npz\nmetric: auc\ncalibration: {path: made/train.npz}\n");
        try (DataSource source = DataSource.open(description)) {
            // Of three engines 23 windows each while they are well, and 8 at their end; of seven others 45.
            assertThat(source.evaluation().size()).isEqualTo(3 * (23 + 8));
            assertThat(source.calibration().orElseThrow().size()).isEqualTo(7 * 45);
            Sample first = source.evaluation().get(0);
            Sample last = source.evaluation().get(source.evaluation().size() - 1);
            assertThat(first.label()).hasValue(0);
            assertThat(last.label()).hasValue(1);
            assertThat(first.inputs().get("input")).hasSize(16 * 14).containsOnly(-1, 1);
            assertThat(last.inputs().get("input")).containsOnly(99, 101);
        }
    }

    @Test
    void what_is_unknown_prints_the_usage() throws IOException {
        assertThat(run("cifar", folder, folder)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("mnist", "cmapss");
    }

    private int run(String kind, Path from, Path to) throws IOException {
        return DataMain.run(
                List.of(kind, from.toString(), to.toString()), new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private void idx(String name, int magic, int[] extents, byte[] bytes) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(content);
        data.writeInt(magic);
        for (int extent : extents) {
            data.writeInt(extent);
        }
        data.write(bytes);
        gzip(folder.resolve(name), content.toByteArray());
    }

    private static void gzip(Path file, byte[] bytes) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(bytes);
        }
    }
}
