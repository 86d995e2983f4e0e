package io.selvedge.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

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
 * @param states outputs that the session carries over to inputs of the next call
 * @param dims extents that inputs, outputs and code are for, by the dimension's name; empty when there is one binding
 * @param furtherBindings what the bundle has code for besides
 * @param parts SHA-256 of every part but the manifest itself, sorted by name; empty before the bundle is written
 * @param coded lengths of the parts that are stored in a form that takes less; their digests are those of the plain bytes
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
        List<StatePair> states,
        SortedMap<String, Integer> dims,
        List<Binding> furtherBindings,
        SortedMap<String, String> parts,
        SortedMap<String, Long> coded) {
    /** Latest version of the bundle's structure that this runtime reads; it writes the first that can say what is there. */
    public static final int FORMAT_VERSION = 3;

    /** Version of the calls between runtime and generated library. */
    public static final int ABI_VERSION = 3;

    private static final int DIGEST_DIGITS = 64;

    /** Bytes to which arena, weights, inputs and outputs are aligned. */
    public static final int ALIGNMENT = 64;

    /** @throws IllegalArgumentException when a value is out of its range, or names occur twice */
    public Manifest {
        Objects.requireNonNull(name, "name");
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        targets = List.copyOf(targets);
        states = List.copyOf(states);
        dims = Collections.unmodifiableSortedMap(new TreeMap<>(dims));
        furtherBindings = List.copyOf(furtherBindings);
        parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
        coded = Collections.unmodifiableSortedMap(new TreeMap<>(coded));
        require(
                isDigest(modelSha256),
                "modelSha256 must be 64 hexadecimal digits in lower case, is '" + modelSha256 + "'");
        List<String> names = new ArrayList<>();
        for (Target target : targets) {
            names.add(target.name());
        }
        requireDistinct("target", names);
        require(isMappable(weightBytes), "weightBytes must be from 0 to below 2 GiB, is " + weightBytes);
        require(threads >= 1 && threads <= 1024, "threads must be from 1 to 1024, is " + threads);
        List<String> stateOutputs = new ArrayList<>();
        List<String> stateInputs = new ArrayList<>();
        for (StatePair state : states) {
            stateOutputs.add(state.output());
            stateInputs.add(state.input());
        }
        requireDistinct("state output", stateOutputs);
        requireDistinct("state input", stateInputs);
        Binding first = new Binding(dims, inputs, outputs, arenaBytes, preparedBytes, "");
        requireStates(states, first);
        List<String> suffixes = new ArrayList<>();
        List<String> extents = new ArrayList<>(List.of(first.text()));
        for (Binding further : furtherBindings) {
            require(
                    !further.suffix().isEmpty() && further.isOfSameModel(first),
                    "a further binding needs a suffix and the names and dtypes of the first, is " + further);
            requireStates(states, further);
            suffixes.add(further.suffix());
            extents.add(further.text());
        }
        requireDistinct("binding", suffixes);
        requireDistinct("binding", extents);
        for (Map.Entry<String, String> part : parts.entrySet()) {
            PartName.check(part.getKey());
            require(
                    isDigest(part.getValue()),
                    "the digest of '" + part.getKey() + "' must be 64 hexadecimal digits in lower case");
        }
        for (Map.Entry<String, Long> part : coded.entrySet()) {
            require(
                    parts.containsKey(part.getKey()) && isMappable(part.getValue()),
                    "the coded part '" + part.getKey()
                            + "' must be one of the parts and have from 0 to below 2 GiB, has " + part.getValue());
        }
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
                name,
                modelSha256,
                inputs,
                outputs,
                arenaBytes,
                preparedBytes,
                threads,
                targets,
                0,
                List.of(),
                new TreeMap<>(),
                List.of(),
                new TreeMap<>(),
                new TreeMap<>());
    }

    /** The same with states. @throws IllegalArgumentException when a pair names no tensors, or unlike ones */
    public Manifest withStates(List<StatePair> pairs) {
        return copy(weightBytes, pairs, dims, furtherBindings, parts, coded);
    }

    /**
     * The same with more than one binding.
     *
     * @param ownDims the extents that inputs and outputs of this manifest have
     * @param further the other bindings
     * @throws IllegalArgumentException when a further binding is not of the same model, or two are alike
     */
    public Manifest withBindings(SortedMap<String, Integer> ownDims, List<Binding> further) {
        return copy(weightBytes, states, ownDims, further, parts, coded);
    }

    /** All bindings; the first is that of {@link #inputs}, {@link #outputs} and {@link #arenaBytes}. */
    public List<Binding> bindings() {
        Binding first = new Binding(dims, inputs, outputs, arenaBytes, preparedBytes, "");
        List<Binding> all = new ArrayList<>(List.of(first));
        all.addAll(furtherBindings);
        return Collections.unmodifiableList(all);
    }

    /** Inputs of the first binding that the caller gives: all but states. */
    public List<TensorSpec> givenInputs() {
        return given(inputs);
    }

    /** Outputs of the first binding that the caller takes: all but states. */
    public List<TensorSpec> givenOutputs() {
        return taken(outputs);
    }

    List<TensorSpec> given(List<TensorSpec> specs) {
        List<TensorSpec> given = new ArrayList<>(specs);
        for (StatePair state : states) {
            remove(given, state.input());
        }
        return Collections.unmodifiableList(given);
    }

    List<TensorSpec> taken(List<TensorSpec> specs) {
        List<TensorSpec> taken = new ArrayList<>(specs);
        for (StatePair state : states) {
            remove(taken, state.output());
        }
        return Collections.unmodifiableList(taken);
    }

    private static void remove(List<TensorSpec> specs, String name) {
        for (int i = specs.size() - 1; i >= 0; i--) {
            if (specs.get(i).name().equals(name)) {
                specs.remove(i);
            }
        }
    }

    Manifest withParts(
            long actualWeightBytes, SortedMap<String, String> digests, SortedMap<String, Long> codedLengths) {
        return copy(actualWeightBytes, states, dims, furtherBindings, digests, codedLengths);
    }

    int formatVersion() {
        return coded.isEmpty() ? 1 : 3;
    }

    private Manifest copy(
            long someWeightBytes,
            List<StatePair> someStates,
            SortedMap<String, Integer> someDims,
            List<Binding> further,
            SortedMap<String, String> someParts,
            SortedMap<String, Long> someCoded) {
        return new Manifest(
                name,
                modelSha256,
                inputs,
                outputs,
                arenaBytes,
                preparedBytes,
                threads,
                targets,
                someWeightBytes,
                someStates,
                someDims,
                further,
                someParts,
                someCoded);
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

    static boolean isMappable(long bytes) {
        return bytes >= 0 && bytes <= Integer.MAX_VALUE - 2 * ALIGNMENT;
    }

    private static void requireStates(List<StatePair> states, Binding binding) {
        for (StatePair state : states) {
            TensorSpec from = named(binding.outputs(), state.output(), "output");
            TensorSpec to = named(binding.inputs(), state.input(), "input");
            require(
                    from.dtype() == to.dtype() && from.shape().equals(to.shape()),
                    "state " + state + " joins " + from.dtype().onnxName() + from.shape() + " and "
                            + to.dtype().onnxName() + to.shape() + "; they must be alike");
        }
    }

    private static TensorSpec named(List<TensorSpec> tensors, String name, String kind) {
        return tensors.stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("a state names the " + kind + " '" + name + "'; there are "
                                + tensors.stream().map(TensorSpec::name).toList()));
    }

    private static boolean isDigest(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return text.length() == DIGEST_DIGITS;
    }

    static void requireDistinct(String what, List<String> names) {
        require(
                new HashSet<>(names).size() == names.size(),
                "two of the " + what + "s " + names + " have the same name");
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
