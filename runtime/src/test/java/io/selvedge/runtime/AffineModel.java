package io.selvedge.runtime;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bundles around real native code, {@code y = factor * x + (1, 2, 3, 4)}, which gcc compiles when a test asks. */
final class AffineModel {
    static final float[] WEIGHTS = {1, 2, 3, 4};
    static final int ARENA_BYTES = 16;
    static final String DIGEST_OF_NOTHING = Digest.of(new byte[0]);

    static final long PREPARED_BYTES = 16;

    private AffineModel() {}

    /** Skips the test where there is no gcc. */
    static byte[] library(Path folder, String... defines) throws IOException {
        Path source = folder.resolve("affine.c");
        Path library = folder.resolve("affine.so");
        try (InputStream in = AffineModel.class.getResourceAsStream("affine.c")) {
            Files.write(source, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(
                "gcc",
                "-O1",
                "-Wall",
                "-Werror",
                "-ffreestanding",
                "-nostdlib",
                "-shared",
                "-fPIC",
                "-Wl,--build-id=none"));
        command.addAll(List.of(defines));
        command.addAll(List.of("-o", library.toString(), source.toString()));
        try {
            Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (gcc.waitFor() != 0) {
                throw new IllegalStateException(output);
            }
        } catch (IOException e) {
            assumeTrue(false, "needs gcc to build native code: " + e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Files.readAllBytes(library);
    }

    static Manifest manifest(Target... targets) {
        return Manifest.withoutParts(
                "affine",
                DIGEST_OF_NOTHING,
                List.of(TensorSpec.of("x", DType.FLOAT32, List.of(1, 4))),
                List.of(TensorSpec.of("y", DType.FLOAT32, List.of(1, 4))),
                ARENA_BYTES,
                PREPARED_BYTES,
                1,
                List.of(targets));
    }

    static Target generic() {
        Cpu cpu = Cpu.detect();
        return new Target("generic", "lib/generic/model.so", List.of(), cpu.os(), cpu.arch());
    }

    /** A bundle with one golden vector at {@code folder/model.selv}. */
    static Path bundle(Path folder, String... defines) throws IOException {
        return bundle(folder, new float[] {3, 4, 5, 6}, defines);
    }

    static Path bundle(Path folder, float[] goldenOutput, String... defines) throws IOException {
        Path path = folder.resolve("model.selv");
        new BundleWriter(manifest(generic()))
                .part("weights.bin", bytes(WEIGHTS))
                .part("lib/generic/model.so", library(folder, defines))
                .golden(List.of(bytes(1, 1, 1, 1)), List.of(bytes(goldenOutput)))
                .write(path);
        return path;
    }

    /** A bundle whose y is the next call's x, without golden vectors. */
    static Path stream(Path folder) throws IOException {
        Path path = folder.resolve("stream.selv");
        new BundleWriter(manifest(generic()).withStates(List.of(new StatePair("y", "x"))))
                .part("weights.bin", bytes(WEIGHTS))
                .part("lib/generic/model.so", library(folder))
                .write(path);
        return path;
    }

    /** A bundle with code for n = 4 and n = 8, which share the weights; each with a golden vector. */
    static Path bindings(Path folder, float lastGolden) throws IOException {
        Path path = folder.resolve("bindings.selv");
        Binding large = new Binding(
                new TreeMap<>(Map.of("n", 8)),
                List.of(TensorSpec.of("x", DType.FLOAT32, List.of(1, 8))),
                List.of(TensorSpec.of("y", DType.FLOAT32, List.of(1, 8))),
                2 * ARENA_BYTES,
                PREPARED_BYTES,
                "2");
        new BundleWriter(manifest(generic()).withBindings(new TreeMap<>(Map.of("n", 4)), List.of(large)))
                .part("weights.bin", bytes(WEIGHTS))
                .part("lib/generic/model.so", library(folder))
                .part("lib/generic/model-2.so", library(folder, "-DN=8"))
                .golden(List.of(bytes(1, 1, 1, 1)), List.of(bytes(3, 4, 5, 6)))
                .golden(large, List.of(bytes(1, 1, 1, 1, 2, 2, 2, 2)), List.of(bytes(3, 4, 5, 6, 5, 6, 7, lastGolden)))
                .write(path);
        return path;
    }

    static LoadOptions options(Path folder) {
        return LoadOptions.defaults().withLibraryFolder(folder.resolve("lib"));
    }

    static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
