package io.selvedge.runtime;

import static io.selvedge.runtime.AffineModel.options;
import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the file, the answer is a coded error or the bundle as it was written. */
final class BundleDamageTest {
    private static final byte[] LIBRARY = "stands for a library".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private Path small() throws IOException {
        Path path = folder.resolve("small.selv");
        new BundleWriter(AffineModel.manifest(AffineModel.generic()))
                .part("weights.bin", AffineModel.bytes(AffineModel.WEIGHTS))
                .part("lib/generic/model.so", LIBRARY)
                .part("program.txt", new byte[0])
                .golden(List.of(AffineModel.bytes(1, 1, 1, 1)), List.of(AffineModel.bytes(3, 4, 5, 6)))
                .write(path);
        return path;
    }

    @Test
    void missing_file_folder_and_foreign_files_are_told_apart() throws IOException {
        assertCode(Code.NOT_FOUND, () -> Model.load(folder.resolve("no.selv"))).withMessageContaining("no.selv");
        assertCode(Code.BAD_BUNDLE, () -> Model.load(folder)).withMessageContaining("is a folder");
        assertCode(Code.BAD_BUNDLE, () -> Model.load(Files.createFile(folder.resolve("empty.selv"))));
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        Path file = Files.write(folder.resolve("noise.selv"), noise);
        assertCode(Code.BAD_BUNDLE, () -> Model.load(file)).withMessageContaining(file.toString());
    }

    @Test
    void bundle_cut_off_anywhere_is_refused() throws IOException {
        byte[] whole = Files.readAllBytes(small());
        Path cut = folder.resolve("cut.selv");
        for (int length = 0; length < whole.length; length += 5) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertCode(Code.BAD_BUNDLE, () -> Bundle.open(cut));
        }
    }

    @Test
    void every_flipped_byte_is_noticed_or_harmless() throws IOException {
        Path path = small();
        byte[] whole = Files.readAllBytes(path);
        Manifest manifest = manifestOf(path);
        Path harmed = folder.resolve("harmed.selv");
        int noticed = 0;
        for (int at = 0; at < whole.length; at += 2) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 + at % 255);
            Files.write(harmed, bytes);
            try (Bundle bundle = Bundle.open(harmed)) {
                assertThat(bundle.manifest()).isEqualTo(manifest);
                assertThat(bundle.read("lib/generic/model.so")).isEqualTo(LIBRARY);
            } catch (ModelException e) {
                assertThat(e.code()).isIn(Code.BAD_BUNDLE, Code.DIGEST_MISMATCH, Code.UNSUPPORTED_VERSION);
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(whole.length / 4);
    }

    @Test
    void every_part_is_checked_before_anything_is_loaded() throws IOException {
        Path path = small();
        for (String part : List.of(
                "weights.bin", "lib/generic/model.so", "golden/input-0.bin", "golden/output-0.bin", "manifest.json")) {
            byte[] bytes = Files.readAllBytes(path);
            // Names stand in the manifest too; in a local header zeros and the padding's length come before.
            int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\0" + part) + 1 + part.length();
            // Behind the name come padding and then the part, at the next multiple of 64.
            bytes[(at + 63) / 64 * 64 + 2] ^= 0x10;
            Path harmed = Files.write(folder.resolve("harmed.selv"), bytes);
            assertCode(Code.DIGEST_MISMATCH, () -> Model.load(harmed)).withMessageContaining(part);
        }
    }

    @Test
    void exchanged_part_with_the_right_checksum_is_seen_by_the_digest() throws IOException {
        Path exchanged = folder.resolve("exchanged.selv");
        Map<String, byte[]> parts = partsOf(AffineModel.bundle(folder));
        parts.put("golden/output-0.bin", new byte[16]);
        pack(exchanged, parts, ZipEntry.STORED);
        assertCode(Code.DIGEST_MISMATCH, () -> Bundle.open(exchanged)).withMessageContaining("golden/output-0.bin");
        try (Model model = Model.load(exchanged, options(folder))) {
            assertCode(Code.GOLDEN_MISMATCH, model::checkGolden);
        }
    }

    @Test
    void bundle_packed_again_by_an_ordinary_zip_still_runs() throws IOException {
        Path original = AffineModel.bundle(folder);
        Path repacked = folder.resolve("repacked.selv");
        Map<String, byte[]> parts = partsOf(original);
        pack(repacked, parts, ZipEntry.STORED);
        try (Model model = Model.load(repacked, options(folder))) {
            assertThat(model.checkGolden().vectors()).isEqualTo(1);
        }
        pack(repacked, parts, ZipEntry.DEFLATED);
        assertCode(Code.BAD_BUNDLE, () -> Model.load(repacked)).withMessageContaining("must be stored");
    }

    @Test
    void names_that_lead_out_of_a_folder_are_forbidden() throws IOException {
        Path bad = folder.resolve("bad.selv");
        for (String name :
                List.of("../evil.so", "/etc/evil", "lib/../../evil", "lib\\evil", "a//b", "lib/", ".hidden", "C:x")) {
            Map<String, byte[]> parts = partsOf(small());
            parts.put(name, new byte[1]);
            pack(bad, parts, ZipEntry.STORED);
            assertCode(Code.BAD_BUNDLE, () -> Model.load(bad)).withMessageContaining("forbidden name");
        }
    }

    @Test
    void parts_and_manifest_must_agree() throws IOException {
        Path bad = folder.resolve("bad.selv");
        Map<String, byte[]> parts = partsOf(small());
        parts.put("stowaway.bin", new byte[1]);
        pack(bad, parts, ZipEntry.STORED);
        assertCode(Code.BAD_BUNDLE, () -> Model.load(bad)).withMessageContaining("stowaway.bin");
        parts.remove("stowaway.bin");
        parts.remove("program.txt");
        pack(bad, parts, ZipEntry.STORED);
        assertCode(Code.BAD_BUNDLE, () -> Model.load(bad)).withMessageContaining("program.txt");
        parts.remove("manifest.json");
        pack(bad, parts, ZipEntry.STORED);
        assertCode(Code.BAD_BUNDLE, () -> Model.load(bad)).withMessageContaining("without manifest.json");
    }

    @Test
    void manifest_of_nonsense_is_refused() throws IOException {
        String good = manifestOf(small()).toJson();
        List<List<String>> edits = List.of(
                List.of("\"arenaBytes\": 16", "\"arenaBytes\": 99999999999"),
                List.of("\"arenaBytes\": 16", "\"arenaBytes\": -1"),
                List.of("\"arenaBytes\": 16", "\"arenaBytes\": 1.5"),
                List.of("\"arenaBytes\": 16", "\"arenaBytes\": 123456789012345678901234567890"),
                List.of("[1, 4]", "[65536, 65536]"),
                List.of("[1, 4]", "[1, -4]"),
                List.of("[1, 4]", "[1, \"4\"]"),
                List.of("float32", "float33"),
                List.of("\"threads\": 1", "\"threads\": 0"),
                List.of("lib/generic/model.so\", \"req", "../model.so\", \"req"),
                List.of("lib/generic/model.so\", \"req", "lib/none/model.so\", \"req"),
                List.of("\"weightBytes\": 16", "\"weightBytes\": 17"),
                List.of("\"name\": \"affine\"", "\"nam\": \"affine\""),
                List.of("\"name\": \"affine\"", "\"name\": \"affine\", \"name\": \"b\""),
                List.of("{\n", "[\n"));
        Path bad = folder.resolve("bad.selv");
        for (List<String> edit : edits) {
            Map<String, byte[]> parts = partsOf(small());
            assertThat(good).contains(edit.get(0));
            parts.put("manifest.json", good.replace(edit.get(0), edit.get(1)).getBytes(StandardCharsets.UTF_8));
            pack(bad, parts, ZipEntry.STORED);
            assertCode(Code.BAD_BUNDLE, () -> Model.load(bad));
        }
    }

    @Test
    void bundle_of_another_version_is_told_from_a_damaged_one() throws IOException {
        Path other = folder.resolve("other.selv");
        for (String version : List.of("formatVersion", "abiVersion")) {
            Map<String, byte[]> parts = partsOf(small());
            String json =
                    manifestOf(small()).toJson().replaceAll("\"" + version + "\": [0-9]+", "\"" + version + "\": 99");
            parts.put("manifest.json", json.getBytes(StandardCharsets.UTF_8));
            pack(other, parts, ZipEntry.STORED);
            assertCode(Code.UNSUPPORTED_VERSION, () -> Model.load(other)).withMessageContaining("version 99");
        }
    }

    @Test
    void golden_vector_of_another_length_is_refused() throws IOException {
        Path path = folder.resolve("model.selv");
        new BundleWriter(AffineModel.manifest(AffineModel.generic()))
                .part("weights.bin", AffineModel.bytes(AffineModel.WEIGHTS))
                .part("lib/generic/model.so", AffineModel.library(folder))
                .part("golden/input-0.bin", new byte[16])
                .part("golden/output-0.bin", new byte[15])
                .write(path);
        try (Model model = Model.load(path, options(folder))) {
            assertCode(Code.BAD_BUNDLE, model::checkGolden).withMessageContaining("needed 16 bytes, found 15");
        }
    }

    private static Manifest manifestOf(Path path) {
        try (Bundle bundle = Bundle.open(path)) {
            return bundle.manifest();
        }
    }

    private static Map<String, byte[]> partsOf(Path path) {
        Map<String, byte[]> parts = new TreeMap<>();
        try (Bundle bundle = Bundle.open(path)) {
            bundle.manifest().parts().keySet().forEach(name -> parts.put(name, bundle.read(name)));
            parts.put("manifest.json", bundle.manifest().toJson().getBytes(StandardCharsets.UTF_8));
        }
        return parts;
    }

    static void pack(Path path, Map<String, byte[]> parts, int method) throws IOException {
        try (OutputStream file = Files.newOutputStream(path);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                ZipEntry entry = new ZipEntry(part.getKey());
                CRC32 crc = new CRC32();
                crc.update(part.getValue());
                entry.setMethod(method);
                entry.setSize(part.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(part.getValue());
                zip.closeEntry();
            }
        }
    }
}
