package io.selvedge.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One choice of extents for the model's open dimensions, with code of its own in the bundle; weights are shared.
 *
 * @param dims extents by the dimension's name; empty in a bundle of one binding
 * @param inputs in the order in which the native code takes them
 * @param outputs in the order in which the native code takes them, after the inputs
 * @param arenaBytes working memory of one session
 * @param preparedBytes memory for what is computed from the weights at load, shared by the sessions of this binding
 * @param suffix what the names of its parts end with, before their extension; empty for the first binding
 */
public record Binding(
        SortedMap<String, Integer> dims,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        long arenaBytes,
        long preparedBytes,
        String suffix) {
    private static final int MAX_SUFFIX = 20;

    /** @throws IllegalArgumentException when a value is out of its range, or names occur twice */
    public Binding {
        dims = Collections.unmodifiableSortedMap(new TreeMap<>(dims));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        Manifest.require(!outputs.isEmpty(), "needed at least one output");
        Manifest.requireDistinct("input", names(inputs));
        Manifest.requireDistinct("output", names(outputs));
        Manifest.require(Manifest.isMappable(arenaBytes), "arenaBytes must be from 0 to below 2 GiB, is " + arenaBytes);
        Manifest.require(
                Manifest.isMappable(preparedBytes), "preparedBytes must be from 0 to below 2 GiB, is " + preparedBytes);
        Manifest.require(
                isSuffix(suffix),
                "a binding's suffix must be at most 20 letters and digits, is '" + PartName.printable(suffix) + "'");
    }

    private static List<String> names(List<TensorSpec> specs) {
        List<String> names = new ArrayList<>();
        for (TensorSpec spec : specs) {
            names.add(spec.name());
        }
        return names;
    }

    private static boolean isSuffix(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!PartName.isLetterOrDigit(text.charAt(i)) && text.charAt(i) != '_') {
                return false;
            }
        }
        return text.length() <= MAX_SUFFIX;
    }

    /** The name of this binding's form of a part: {@code lib/generic/model.so} becomes {@code lib/generic/model-2.so}. */
    public String part(String name) {
        int dot = name.lastIndexOf('.');
        return suffix.isEmpty() ? name : name.substring(0, dot) + "-" + suffix + name.substring(dot);
    }

    /** The dimensions as text, {@code batch=1,seq=32}. */
    public String text() {
        return text(dims);
    }

    static String text(Map<String, Integer> dims) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Integer> dim : new TreeMap<>(dims).entrySet()) {
            text.append(text.length() == 0 ? "" : ",")
                    .append(dim.getKey())
                    .append('=')
                    .append(dim.getValue());
        }
        return text.toString();
    }

    /** The binding of exactly these extents, else the smallest that is nowhere smaller; dimensions left out may be any. */
    static Optional<Binding> fitting(List<Binding> bindings, Map<String, Integer> wanted) {
        return bindings.stream()
                .filter(binding -> wanted.entrySet().stream()
                        .allMatch(dim -> binding.dims.getOrDefault(dim.getKey(), 0) >= dim.getValue()))
                .min(Comparator.comparingInt(
                                (Binding binding) -> binding.dims.entrySet().containsAll(wanted.entrySet()) ? 0 : 1)
                        .thenComparingDouble(Binding::volume));
    }

    private double volume() {
        return dims.values().stream().mapToDouble(extent -> extent).reduce(1, (a, b) -> a * b);
    }

    /** Whether both take and give tensors of the same names and types. */
    boolean isOfSameModel(Binding that) {
        return signature(inputs).equals(signature(that.inputs))
                && signature(outputs).equals(signature(that.outputs))
                && dims.keySet().equals(that.dims.keySet());
    }

    private static List<Map.Entry<String, DType>> signature(List<TensorSpec> specs) {
        return specs.stream().map(spec -> Map.entry(spec.name(), spec.dtype())).toList();
    }
}
