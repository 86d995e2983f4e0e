package io.selvedge.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundleWriterTest {
    @TempDir
    private Path folder;

    private static BundleWriter writer() {
        return new BundleWriter(AffineModel.manifest(AffineModel.generic()))
                .part("weights.bin", AffineModel.bytes(AffineModel.WEIGHTS))
                .part("lib/generic/model.so", new byte[777]);
    }

    @Test
    void every_part_begins_at_a_multiple_of_64() throws IOException {
        BundleWriter writer = writer();
        // Names of every length bring every amount of padding.
        for (int i = 1; i <= 64; i++) {
            writer.part("n".repeat(i), new byte[i]);
        }
        Path path = folder.resolve("a.selv");
        Manifest written = writer.write(path);
        try (Bundle bundle = Bundle.open(path)) {
            assertThat(bundle.manifest()).isEqualTo(written);
            assertThat(bundle.manifest().weightBytes()).isEqualTo(16);
            assertThat(bundle.manifest().parts()).hasSize(66);
            assertThat(bundle.length("lib/generic/model.so")).isEqualTo(777);
        }
        try (var file = java.nio.channels.FileChannel.open(path)) {
            assertThat(ZipLayout.read(file).values()).allMatch(entry -> entry.offset() % 64 == 0);
        }
    }

    @Test
    void other_zip_readers_read_it_and_find_the_manifest_first() throws IOException {
        Path path = folder.resolve("a.selv");
        writer().golden(List.of(new byte[16]), List.of(new byte[16])).write(path);
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<String> names = Collections.list(zip.entries()).stream()
                    .map(ZipEntry::getName)
                    .map(String.class::cast)
                    .toList();
            assertThat(names)
                    .containsExactly(
                            "manifest.json",
                            "golden/input-0.bin",
                            "golden/output-0.bin",
                            "lib/generic/model.so",
                            "weights.bin");
            assertThat(zip.getInputStream(zip.getEntry("weights.bin")).readAllBytes())
                    .isEqualTo(AffineModel.bytes(AffineModel.WEIGHTS));
        }
    }

    @Test
    void same_parts_give_the_same_bytes_in_whatever_order() throws IOException {
        Path a = folder.resolve("a.selv");
        Path b = folder.resolve("b.selv");
        writer().part("program.txt", new byte[3])
                .part("model.onnx", new byte[4])
                .write(a);
        writer().part("model.onnx", new byte[4])
                .part("program.txt", new byte[3])
                .write(b);
        assertThat(b).hasSameBinaryContentAs(a);
    }

    @Test
    void failed_write_leaves_nothing_behind() throws IOException {
        Path occupied = Files.createDirectories(folder.resolve("a.selv/full"));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> writer().write(occupied.getParent())))
                .isInstanceOf(IOException.class);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("a.selv"));
        }
    }

    @Test
    void existing_bundle_is_replaced() throws IOException {
        Path path = Files.writeString(folder.resolve("a.selv"), "old");
        writer().write(path);
        try (Bundle bundle = Bundle.open(path);
                Stream<Path> files = Files.list(folder)) {
            assertThat(bundle.has("weights.bin")).isTrue();
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void incomplete_or_contradictory_parts_are_refused() {
        Manifest manifest = AffineModel.manifest(AffineModel.generic());
        Path path = folder.resolve("a.selv");
        assertThatIllegalStateException()
                .isThrownBy(() -> new BundleWriter(manifest).write(path))
                .withMessageContaining("weights.bin");
        assertThatIllegalStateException()
                .isThrownBy(() -> new BundleWriter(manifest)
                        .part("weights.bin", new byte[0])
                        .write(path))
                .withMessageContaining("lib/generic/model.so");
        assertThatIllegalArgumentException().isThrownBy(() -> writer().part("weights.bin", new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> writer().part("manifest.json", new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> writer().part("../x", new byte[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer().golden(List.of(new byte[15]), List.of(new byte[16])))
                .withMessageContaining("needs 16 bytes, has 15");
        assertThat(path).doesNotExist();
    }

    @Test
    void manifest_survives_its_text() {
        Manifest manifest = Manifest.withoutParts(
                "näme \"quoted\" \\ \n 線",
                AffineModel.DIGEST_OF_NOTHING,
                List.of(
                        new TensorSpec(
                                "x:0",
                                DType.INT8,
                                List.of(1, 3, 48),
                                Optional.of(new TensorSpec.Quantization(0.1f, -128))),
                        TensorSpec.of("state", DType.BFLOAT16, List.of())),
                List.of(TensorSpec.of("y", DType.INT64, List.of(1)), TensorSpec.of("z", DType.BOOL, List.of(2))),
                123456789,
                987654,
                4,
                List.of(Target.linux("x86-64-v4+vnni", "x86_64", List.of("avx512f", "avx512_vnni"))));
        assertThat(Manifest.fromJson(manifest.toJson())).isEqualTo(manifest);
        assertThat(manifest.toJson())
                .isEqualTo(Manifest.fromJson(manifest.toJson()).toJson());
    }

    @Test
    void manifest_of_a_later_release_with_more_members_is_read() {
        Manifest manifest = AffineModel.manifest(AffineModel.generic());
        String later = manifest.toJson().replace("\"threads\"", "\"frames\": [{\"a\": true}], \"threads\"");
        assertThat(Manifest.fromJson(later)).isEqualTo(manifest);
    }
}
