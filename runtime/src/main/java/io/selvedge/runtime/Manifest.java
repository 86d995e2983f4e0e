package io.selvedge.runtime;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a bundle says of itself: the part {@code manifest.json}.
 *
 * @param name the model's name
 * @param modelSha256 digest of the ONNX file that the bundle was made of, 64 hexadecimal digits in lower case
 * @param inputs in the order in which the native code takes them
 * @param outputs in the order in which the native code takes them, after the inputs
 * @param arenaBytes working memory of one session
 * @param preparedBytes memory for what is computed from the weights at load, shared by all sessions
 * @param threads the number of threads that the maker found best
 * @param targets the native libraries, most preferred first
 * @param weightBytes length of {@code weights.bin}
 * @param parts SHA-256 of every part but the manifest itself, sorted by name; empty before the bundle is written
 */
public record Manifest(
        String name,
        String modelSha256,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        long arenaBytes,
        long preparedBytes,
        int threads,
        List<Target> targets,
        long weightBytes,
        SortedMap<String, String> parts) {
    /** Version of the bundle's structure that this runtime reads and writes. */
    public static final int FORMAT_VERSION = 1;

    /** Version of the calls between runtime and generated library. */
    public static final int ABI_VERSION = 2;

    /** Bytes to which arena, weights, inputs and outputs are aligned. */
    public static final int ALIGNMENT = 64;

    /** @throws IllegalArgumentException when a value is out of its range, or names occur twice */
    public Manifest {
        Objects.requireNonNull(name, "name");
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        targets = List.copyOf(targets);
        parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
        require(
                isDigest(modelSha256),
                "modelSha256 must be 64 hexadecimal digits in lower case, is '" + modelSha256 + "'");
        require(!outputs.isEmpty(), "needed at least one output");
        requireDistinct("input", inputs.stream().map(TensorSpec::name));
        requireDistinct("output", outputs.stream().map(TensorSpec::name));
        requireDistinct("target", targets.stream().map(Target::name));
        require(isMappable(arenaBytes), "arenaBytes must be from 0 to below 2 GiB, is " + arenaBytes);
        require(isMappable(preparedBytes), "preparedBytes must be from 0 to below 2 GiB, is " + preparedBytes);
        require(isMappable(weightBytes), "weightBytes must be from 0 to below 2 GiB, is " + weightBytes);
        require(threads >= 1 && threads <= 1024, "threads must be from 1 to 1024, is " + threads);
        parts.forEach((part, digest) -> {
            PartName.check(part);
            require(isDigest(digest), "the digest of '" + part + "' must be 64 hexadecimal digits in lower case");
        });
    }

    /** A manifest before its bundle is written: {@link BundleWriter} fills in the digests and {@code weightBytes}. */
    public static Manifest withoutParts(
            String name,
            String modelSha256,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            long arenaBytes,
            long preparedBytes,
            int threads,
            List<Target> targets) {
        return new Manifest(
                name, modelSha256, inputs, outputs, arenaBytes, preparedBytes, threads, targets, 0, new TreeMap<>());
    }

    Manifest withParts(long actualWeightBytes, SortedMap<String, String> digests) {
        return new Manifest(
                name,
                modelSha256,
                inputs,
                outputs,
                arenaBytes,
                preparedBytes,
                threads,
                targets,
                actualWeightBytes,
                digests);
    }

    /** The text of {@code manifest.json}; equal manifests give equal text. */
    public String toJson() {
        return ManifestText.write(this);
    }

    /**
     * The manifest that {@code json} describes; members that this version does not know are ignored.
     *
     * @throws ModelException BAD_BUNDLE when it is no manifest; UNSUPPORTED_VERSION when it is one of another version
     */
    public static Manifest fromJson(String json) {
        return ManifestText.read(json);
    }

    private static boolean isMappable(long bytes) {
        return bytes >= 0 && bytes <= Integer.MAX_VALUE - 2 * ALIGNMENT;
    }

    private static boolean isDigest(String text) {
        return text.matches("[0-9a-f]{64}");
    }

    private static void requireDistinct(String what, Stream<String> names) {
        List<String> all = names.toList();
        require(
                all.stream().distinct().count() == all.size(),
                "two of the " + what + "s " + all + " have the same name");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
