package io.selvedge.compiler.onnx;

import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the user says about open shapes, and operators that the user adds.
 *
 * @param dims extents of named dimensions; an unnamed one is called {@code input:axis}
 * @param inputShapes whole shapes by input, which win over {@code dims} and over the file
 * @param constants values of inputs that never change; such an input becomes a constant
 * @param plugins operators beside the built-in ones
 */
public record ImportOptions(
        Map<String, Integer> dims,
        Map<String, List<Integer>> inputShapes,
        Map<String, Tensor> constants,
        Plugins plugins) {
    public ImportOptions {
        dims = Map.copyOf(dims);
        constants = Map.copyOf(constants);
        inputShapes = inputShapes.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    /** No plugins. */
    public ImportOptions(
            Map<String, Integer> dims, Map<String, List<Integer>> inputShapes, Map<String, Tensor> constants) {
        this(dims, inputShapes, constants, Plugins.NONE);
    }

    /** No input is made a constant. */
    public ImportOptions(Map<String, Integer> dims, Map<String, List<Integer>> inputShapes) {
        this(dims, inputShapes, Map.of());
    }

    /** The same with other extents of named dimensions. */
    public ImportOptions withDims(Map<String, Integer> others) {
        return new ImportOptions(others, inputShapes, constants, plugins);
    }

    /** Everything as the file says. */
    public static ImportOptions none() {
        return new ImportOptions(Map.of(), Map.of());
    }
}
