package io.selvedge.compiler.onnx;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the user says about open shapes.
 *
 * @param dims extents of named dimensions; an unnamed one is called {@code input:axis}
 * @param inputShapes whole shapes by input, which win over {@code dims} and over the file
 */
public record ImportOptions(Map<String, Integer> dims, Map<String, List<Integer>> inputShapes) {
    public ImportOptions {
        dims = Map.copyOf(dims);
        inputShapes = inputShapes.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    public static ImportOptions none() {
        return new ImportOptions(Map.of(), Map.of());
    }
}
