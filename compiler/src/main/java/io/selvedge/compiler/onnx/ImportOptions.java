package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the user says about open shapes, and operators that the user adds.
 *
 * @param dims extents of named dimensions; an unnamed one is called {@code input:axis}
 * @param inputShapes whole shapes by input, which win over {@code dims} and over the file
 * @param constants values of inputs that never change; such an input becomes a constant
 * @param maxDims most elements of values whose extent the data decides, by the value's name or its node's
 * @param plugins operators beside the built-in ones
 */
public record ImportOptions(
        Map<String, Integer> dims,
        Map<String, List<Integer>> inputShapes,
        Map<String, Tensor> constants,
        Map<String, Integer> maxDims,
        Plugins plugins) {
    public ImportOptions {
        maxDims = Map.copyOf(maxDims);
        dims = Map.copyOf(dims);
        constants = Map.copyOf(constants);
        inputShapes = inputShapes.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    /** Nothing is said about values whose extent the data decides. */
    public ImportOptions(
            Map<String, Integer> dims,
            Map<String, List<Integer>> inputShapes,
            Map<String, Tensor> constants,
            Plugins plugins) {
        this(dims, inputShapes, constants, Map.of(), plugins);
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
        return new ImportOptions(others, inputShapes, constants, maxDims, plugins);
    }

    /** The same with other maxima of values whose extent the data decides. */
    public ImportOptions withMaxDims(Map<String, Integer> others) {
        return new ImportOptions(dims, inputShapes, constants, others, plugins);
    }

    /** Everything as the file says. */
    public static ImportOptions none() {
        return new ImportOptions(Map.of(), Map.of());
    }

    /** Checks that a model with these open dimensions and inputs takes every option.
     *  @throws SelvedgeException BAD_OPTION when an option names what the model does not have */
    public void checkUsed(Set<String> symbols, Set<String> inputs) {
        for (String dim : new TreeSet<>(dims.keySet())) {
            if (!symbols.contains(dim)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--dim " + dim + "=" + dims.get(dim)
                                + ": the model has no open dimension of that name; "
                                + (symbols.isEmpty() ? "all its inputs have fixed shapes" : "it has " + symbols));
            }
        }
        Set<String> unknown = new TreeSet<>(inputShapes.keySet());
        unknown.removeAll(inputs);
        if (!unknown.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--input-shape names " + unknown + "; the model's inputs are " + inputs);
        }
    }
}
