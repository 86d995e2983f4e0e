package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles that are damaged or for another machine, through {@code run}, {@code inspect} and {@code doctor}. */
final class BadBundleTest {
    @TempDir
    private static Path shared;

    private static byte[] bundle;
    private static Path sample;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeAll
    static void deploy() throws IOException {
        Path model = TinyModel.write(shared.resolve("net.onnx"));
        CommandLineRun run =
                CommandLineRun.of("deploy", model, "--dim", "N=1", "--with-source", "--out", shared.resolve("out"));
        assertThat(run.status()).as(run.err()).isZero();
        bundle = Files.readAllBytes(shared.resolve("out/model.selv"));
        sample = Files.write(
                shared.resolve("x.npy"),
                TinyData.Array.floats(List.of(1, 3, 4, 4), new float[TinyModel.VALUES])
                        .npy());
    }

    @BeforeEach
    void name_file() {
        file = folder.resolve("model.selv");
    }

    @Test
    void whole_bundle_runs_and_is_found_well() throws IOException {
        Files.write(file, bundle);
        CommandLineRun run = CommandLineRun.of("run", file, "--input", sample);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("scores");
        CommandLineRun doctor = CommandLineRun.of("doctor", file);
        assertThat(doctor.status()).as(doctor.out()).isZero();
        assertThat(doctor.out()).contains("golden vectors agree").contains("Ready: 'selvedge run");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"weights.bin", "lib/", "program", "golden/input-0.bin", "golden/output-0.bin", "model.onnx"})
    void one_wrong_byte_in_a_part_is_told_with_the_part(String beginning) throws IOException {
        Files.write(file, bundle);
        String part = partNamed(beginning);
        byte[] harmed = bundle.clone();
        harmed[offsetOf(part)] ^= 0x10;
        Files.write(file, harmed);
        refused("DIGEST_MISMATCH", part, file.toString());
    }

    @Test
    void one_wrong_byte_in_the_manifest_is_told() throws IOException {
        String text = new String(bundle, StandardCharsets.ISO_8859_1);
        byte[] harmed = bundle.clone();
        harmed[text.indexOf("\"modelSha256\"") + 20] ^= 1;
        Files.write(file, harmed);
        refused("DIGEST_MISMATCH", "manifest.json", file.toString());
    }

    @Test
    void harmed_zip_directory_is_told() throws IOException {
        String text = new String(bundle, StandardCharsets.ISO_8859_1);
        for (int at : new int[] {
            // Signature, offset and name of the first entry; signature and offset of the directory's end.
            text.indexOf("PK\1\2"),
            text.indexOf("PK\1\2") + 42,
            text.indexOf("PK\1\2") + 46,
            text.lastIndexOf("PK\5\6"),
            text.lastIndexOf("PK\5\6") + 16
        }) {
            byte[] harmed = bundle.clone();
            harmed[at] ^= 0x21;
            Files.write(file, harmed);
            refused("BAD_BUNDLE", file.toString());
        }
    }

    @Test
    void bundle_cut_off_and_files_of_noise_are_told() throws IOException {
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        Files.write(file, noise);
        refused("BAD_BUNDLE", file.toString());
        for (int length : new int[] {0, 1, 100, bundle.length / 2, bundle.length - 1}) {
            Files.write(file, Arrays.copyOf(bundle, length));
            refused("BAD_BUNDLE", file.toString());
        }
    }

    @Test
    void library_for_another_cpu_leaves_the_program_to_java() throws IOException {
        rewrite(target -> List.of(Target.linux(target.name(), target.arch(), List.of("avx2048"))), Part.KEEP);
        assertThat(CommandLineRun.of("run", file, "--input", sample).status()).isZero();
        assertThat(doctor(0)).contains("its code for jvm");
    }

    @Test
    void library_for_another_cpu_is_told_with_what_this_one_lacks() throws IOException {
        Part withoutProgram = (name, bytes) -> name.equals("program.bin") ? Part.LEFT_OUT : bytes;
        rewrite(target -> List.of(Target.linux(target.name(), target.arch(), List.of("avx2048"))), withoutProgram);
        CommandLineRun.of("run", file, "--input", sample)
                .refused(7, "NO_TARGET_FOR_CPU", file.toString(), "avx2048", "--target generic");
        assertThat(doctor(7)).contains("NO_TARGET_FOR_CPU").contains("avx2048");
        rewrite(target -> List.of(Target.linux(target.name(), "aarch64", List.of())), withoutProgram);
        CommandLineRun.of("run", file, "--input", sample)
                .refused(7, "NO_TARGET_FOR_CPU", file.toString(), "aarch64", "--target generic");
        // What a bundle says of itself can be read anywhere.
        assertThat(CommandLineRun.of("inspect", file).status()).isZero();
    }

    @Test
    void golden_vector_that_the_code_does_not_answer_is_found_by_doctor() throws IOException {
        rewrite(List::of, (name, bytes) -> {
            byte[] changed = bytes.clone();
            if (name.equals("golden/output-0.bin")) {
                // The exponent of the first score.
                changed[3] ^= 2;
            }
            return changed;
        });
        assertThat(doctor(7)).contains("GOLDEN_MISMATCH").contains("'scores'").contains("Not ready");
    }

    @Test
    void library_that_is_none_is_told() throws IOException {
        rewrite(List::of, (name, bytes) -> name.startsWith("lib/") ? new byte[bytes.length] : bytes);
        CommandLineRun.of("run", file, "--input", sample).refused(7, "NATIVE_LOAD_FAILED", file.toString());
        assertThat(doctor(7)).contains("NATIVE_LOAD_FAILED");
    }

    @Test
    void target_that_the_bundle_does_not_have_is_usage() throws IOException {
        Files.write(file, bundle);
        CommandLineRun.of("run", file, "--input", sample, "--target", "sparc")
                .refused(2, "BAD_OPTION", "--target sparc", "has code for");
    }

    private void refused(String code, String... parts) {
        CommandLineRun.of("run", file, "--input", sample).refused(7, code, parts);
        CommandLineRun.of("inspect", file).refused(7, code, parts);
        assertThat(doctor(7)).contains(code);
    }

    private String doctor(int status) {
        CommandLineRun run = CommandLineRun.of("doctor", file);
        assertThat(run.status()).as(run.out()).isEqualTo(status);
        assertThat(run.out() + run.err()).doesNotContain("\tat ").doesNotContain("Exception");
        return run.out();
    }

    private interface Targets {
        List<Target> of(Target target);
    }

    private interface Part {
        Part KEEP = (name, bytes) -> bytes;
        byte[] LEFT_OUT = {};

        byte[] of(String name, byte[] bytes);
    }

    /** The bundle with other targets or parts, its digests right. */
    private void rewrite(Targets targets, Part change) throws IOException {
        Path original = Files.write(folder.resolve("original.selv"), bundle);
        try (Bundle from = Bundle.open(original)) {
            Manifest m = from.manifest();
            BundleWriter writer = new BundleWriter(Manifest.withoutParts(
                    m.name(),
                    m.modelSha256(),
                    m.inputs(),
                    m.outputs(),
                    m.arenaBytes(),
                    m.preparedBytes(),
                    m.threads(),
                    targets.of(m.targets().getFirst())));
            m.parts().keySet().forEach(name -> {
                byte[] part = change.of(name, from.read(name));
                if (part != Part.LEFT_OUT) {
                    writer.part(name, part);
                }
            });
            writer.write(file);
        }
    }

    private String partNamed(String beginning) {
        try (Bundle whole = Bundle.open(file)) {
            return whole.manifest().parts().keySet().stream()
                    .filter(name -> name.startsWith(beginning))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Where the bytes of a part begin: at the next multiple of 64 behind its name in its local header. */
    private static int offsetOf(String part) {
        String text = new String(bundle, StandardCharsets.ISO_8859_1);
        int header = text.indexOf("PK\3\4");
        while (!text.startsWith(part, header + 30)) {
            header = text.indexOf("PK\3\4", header + 4);
        }
        return (header + 30 + part.length() + 63) / 64 * 64;
    }
}
