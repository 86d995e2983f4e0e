package io.selvedge.runtime;

import static io.selvedge.runtime.AffineModel.options;
import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle whose parts are coded is the same bundle, smaller. */
final class CodedBundleTest {
    private static final byte[] LIBRARY =
            "stands for a library, a library".repeat(9).getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    /** The affine model behind many weights that nothing reads. */
    private static byte[] weights() {
        byte[] weights = Arrays.copyOf(AffineModel.bytes(AffineModel.WEIGHTS), 5000);
        Random random = new Random(1);
        for (int i = AffineModel.ARENA_BYTES; i < weights.length; i++) {
            weights[i] = (byte) Math.rint(random.nextGaussian() * 2);
        }
        return weights;
    }

    private BundleWriter writer(byte[] library) {
        return new BundleWriter(AffineModel.manifest(AffineModel.generic()))
                .part("weights.bin", weights())
                .part("lib/generic/model.so", library)
                .part("program.txt", "step\n".repeat(100).getBytes(StandardCharsets.US_ASCII))
                .golden(List.of(AffineModel.bytes(1, 1, 1, 1)), List.of(AffineModel.bytes(3, 4, 5, 6)));
    }

    private Path coded(byte[] library) throws IOException {
        Path path = folder.resolve("coded.selv");
        writer(library).coded(new TreeSet<>(List.of(16))).write(path);
        return path;
    }

    @Test
    void parts_and_their_digests_are_those_of_the_plain_bundle() throws IOException {
        Path plain = folder.resolve("plain.selv");
        Manifest expected = writer(LIBRARY).write(plain);
        Path coded = coded(LIBRARY);
        assertThat(Files.size(coded)).isLessThan(Files.size(plain) / 2);
        try (Bundle left = Bundle.open(plain);
                Bundle right = Bundle.open(coded);
                Bundle again = Bundle.openToRun(coded)) {
            assertThat(right.manifest().parts()).isEqualTo(expected.parts());
            assertThat(right.manifest().weightBytes()).isEqualTo(5000);
            assertThat(right.manifest().coded()).containsKeys("weights.bin", "lib/generic/model.so", "program.txt");
            for (String part : expected.parts().keySet()) {
                assertThat(right.read(part)).isEqualTo(left.read(part)).isEqualTo(again.read(part));
                assertThat(right.length(part)).isEqualTo(left.length(part));
                assertThat(right.direct(part)).isEqualTo(left.direct(part)).isEqualTo(again.direct(part));
                assertThat(left.storedLength(part)).isEqualTo(left.length(part));
            }
            assertThat(right.storedLength("weights.bin")).isLessThan(2500);
        }
    }

    @Test
    void model_runs_from_it() throws IOException {
        try (Model model = Model.load(coded(AffineModel.library(folder)), options(folder))) {
            assertThat(model.checkGolden().vectors()).isEqualTo(1);
        }
    }

    @Test
    void only_a_coded_bundle_needs_the_later_version() throws IOException {
        Manifest plain = writer(LIBRARY).write(folder.resolve("plain.selv"));
        assertThat(plain.toJson()).contains("\"formatVersion\": 1").doesNotContain("coded");
        try (Bundle bundle = Bundle.open(coded(LIBRARY))) {
            assertThat(bundle.manifest().toJson()).contains("\"formatVersion\": 3");
            assertThat(Manifest.fromJson(bundle.manifest().toJson())).isEqualTo(bundle.manifest());
        }
    }

    @Test
    void manifest_is_coded_too_and_an_older_runtime_reads_the_version() throws IOException {
        Map<String, byte[]> parts = stored(coded(LIBRARY));
        String head = new String(parts.get("manifest.json"), StandardCharsets.UTF_8);
        assertThat(head).contains("\"formatVersion\": 3").hasSizeLessThan(100);
        for (String length : List.of("0", "-1", "99999999", "1", "\"many\"")) {
            Path bad = folder.resolve("bad.selv");
            parts.put(
                    "manifest.json",
                    head.replaceFirst("\"manifestBytes\": [0-9]+", "\"manifestBytes\": " + length)
                            .getBytes(StandardCharsets.UTF_8));
            BundleDamageTest.pack(bad, parts, ZipEntry.STORED);
            assertCode(Code.BAD_BUNDLE, () -> Bundle.open(bad));
        }
        parts.put("manifest.json", head.replace("3", "4").getBytes(StandardCharsets.UTF_8));
        Path later = folder.resolve("later.selv");
        BundleDamageTest.pack(later, parts, ZipEntry.STORED);
        assertCode(Code.UNSUPPORTED_VERSION, () -> Bundle.open(later));
        parts.remove("manifest");
        parts.put("manifest.json", head.getBytes(StandardCharsets.UTF_8));
        BundleDamageTest.pack(later, parts, ZipEntry.STORED);
        assertCode(Code.BAD_BUNDLE, () -> Bundle.open(later)).withMessageContaining("without manifest");
    }

    @Test
    void bundles_of_the_second_version_are_read() throws IOException {
        Path coded = coded(LIBRARY);
        Map<String, byte[]> parts = stored(coded);
        parts.remove("manifest");
        Path second = folder.resolve("second.selv");
        try (Bundle bundle = Bundle.open(coded)) {
            String json = bundle.manifest().toJson().replace("\"formatVersion\": 3", "\"formatVersion\": 2");
            parts.put("manifest.json", json.getBytes(StandardCharsets.UTF_8));
            BundleDamageTest.pack(second, parts, ZipEntry.STORED);
            try (Bundle again = Bundle.open(second)) {
                assertThat(again.manifest()).isEqualTo(bundle.manifest());
                assertThat(again.read("lib/generic/model.so")).isEqualTo(LIBRARY);
            }
        }
    }

    @Test
    void library_is_decoded_once_and_again_when_what_was_decoded_is_harmed() throws IOException {
        byte[] library = AffineModel.library(folder);
        LibraryCache cache = new LibraryCache(folder.resolve("lib"));
        try (Bundle bundle = Bundle.openToRun(coded(library))) {
            String part = "lib/generic/model.so";
            String digest = bundle.manifest().parts().get(part);
            assertThat(cache.find(digest, bundle.length(part), bundle.plainCrc(part)))
                    .isEmpty();
            Path file = cache.store(digest, bundle.read(part));
            assertThat(cache.find(digest, bundle.length(part), bundle.plainCrc(part)))
                    .contains(file);
            byte[] harmed = library.clone();
            harmed[harmed.length / 2] ^= 1;
            Files.write(file, harmed);
            assertThat(cache.find(digest, bundle.length(part), bundle.plainCrc(part)))
                    .isEmpty();
            Files.write(file, Arrays.copyOf(library, library.length - 1));
            assertThat(cache.find(digest, bundle.length(part), bundle.plainCrc(part)))
                    .isEmpty();
        }
    }

    @Test
    void equal_parts_give_equal_files() throws IOException {
        byte[] first = Files.readAllBytes(coded(LIBRARY));
        assertThat(Files.readAllBytes(coded(LIBRARY))).isEqualTo(first);
    }

    @Test
    void every_flipped_byte_is_noticed_or_harmless() throws IOException {
        byte[] whole = Files.readAllBytes(coded(LIBRARY));
        Path harmed = folder.resolve("harmed.selv");
        int noticed = 0;
        for (int at = 0; at < whole.length; at += 3) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 + at % 255);
            Files.write(harmed, bytes);
            try (Bundle bundle = Bundle.open(harmed)) {
                assertThat(bundle.read("weights.bin")).isEqualTo(weights());
                assertThat(bundle.read("lib/generic/model.so")).isEqualTo(LIBRARY);
            } catch (ModelException e) {
                assertThat(e.code()).isIn(Code.BAD_BUNDLE, Code.DIGEST_MISMATCH, Code.UNSUPPORTED_VERSION);
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(whole.length / 4);
    }

    @Test
    void damaged_weights_are_never_loaded() throws IOException {
        byte[] bytes = Files.readAllBytes(coded(LIBRARY));
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\0weights.bin") + 900] ^= 1;
        Path harmed = Files.write(folder.resolve("harmed.selv"), bytes);
        assertCode(Code.DIGEST_MISMATCH, () -> Model.load(harmed)).withMessageContaining("weights.bin");
        assertCode(Code.BAD_BUNDLE, () -> Bundle.open(harmed))
                .withMessageContaining("weights.bin")
                .withMessageContaining("make or copy the bundle again");
    }

    @Test
    void lengths_that_cannot_be_are_refused_before_memory_is_taken() throws IOException {
        Path plain = folder.resolve("plain.selv");
        Manifest manifest = writer(LIBRARY).coded(new TreeSet<>()).write(plain);
        for (String length : List.of("2000000000", "-1", "9999999999", "4999", "5001", "\"many\"")) {
            String json = manifest.toJson()
                    .replace("\"weights.bin\": 5000", "\"weights.bin\": " + length)
                    .replace("\"weightBytes\": 5000", "\"weightBytes\": " + length);
            Path bad = folder.resolve("bad.selv");
            Map<String, byte[]> parts = stored(plain);
            parts.remove("manifest");
            parts.put("manifest.json", json.getBytes(StandardCharsets.UTF_8));
            BundleDamageTest.pack(bad, parts, ZipEntry.STORED);
            assertCode(Code.BAD_BUNDLE, () -> Bundle.open(bad));
        }
    }

    /** The entries as they are in the file. */
    private static Map<String, byte[]> stored(Path bundle) throws IOException {
        Map<String, byte[]> parts = new TreeMap<>();
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                parts.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return parts;
    }
}
