package io.selvedge.compiler.ir;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Types of values, node by node in topological order, with the values of small constant sub-expressions (shape arithmetic). */
public final class TypeInference {
    /** Larger known results are not carried along: shapes are small, tables are not. */
    private static final long KNOWN_ELEMENTS = 4096;

    /** Work on known values in one graph, in elements and multiply-accumulates: unrolled loops repeat it as often as they like. */
    private static final long MOST_WORK = 1L << 24;

    /** Counters, positions and conditions are followed always, more only until so many elements were kept. */
    private static final long SMALL_ELEMENTS = 16;

    private static final long KEPT_ELEMENTS = 4 << 20;

    private long kept;

    private final Map<String, TensorType> types = new HashMap<>();
    private final Map<String, Tensor> known = new HashMap<>();
    private long work;

    /** States the type of a value that no node makes.
     *  @throws SelvedgeException SHAPE_MISMATCH when no tensor can be so large */
    public void value(String name, TensorType type) {
        requireAddressable(name, type);
        types.put(name, type);
    }

    /** States a constant. */
    public void constant(String name, Tensor value) {
        types.put(name, value.type());
        known.put(name, value);
    }

    /** Type of a value; empty when it was neither stated nor inferred. */
    public Optional<TensorType> type(String value) {
        return Optional.ofNullable(types.get(value));
    }

    /** The value, where it follows from constants and shapes alone. */
    public Optional<Tensor> known(String value) {
        return Optional.ofNullable(known.get(value));
    }

    /**
     * Types of all outputs of a node, which are remembered.
     *
     * @throws SelvedgeException BAD_GRAPH when an input is unknown; whatever {@link Op#infer} finds
     */
    public List<TensorType> infer(Node node) {
        List<Optional<TensorType>> inputTypes = new ArrayList<>();
        List<Optional<Tensor>> inputValues = new ArrayList<>();
        for (String input : node.inputs()) {
            if (!input.isEmpty() && !types.containsKey(input)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        node.op().type() + " '" + node.name() + "' reads '" + input
                                + "', which no input, constant or earlier node defines");
            }
            inputTypes.add(type(input));
            inputValues.add(known(input));
        }
        List<TensorType> outputs = node.infer(inputTypes, inputValues);
        if (outputs.size() < node.outputs().size()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    node.op().type() + " '" + node.name() + "' has "
                            + node.outputs().size() + " outputs; supported are " + outputs.size());
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            if (!node.outputs().get(i).isEmpty()) {
                requireAddressable(node.outputs().get(i), outputs.get(i));
                types.put(node.outputs().get(i), outputs.get(i));
            }
        }
        evaluate(node, inputTypes, inputValues, outputs);
        return outputs;
    }

    /** Elements are counted in 32 bits from here to the generated code. */
    private static void requireAddressable(String name, TensorType type) {
        double bytes = Math.max(1, type.dtype().bytes());
        for (Dim dim : type.shape().dims()) {
            long extent = dim instanceof Dim.Known(long value) ? value : 1;
            bytes *= Math.max(1, extent); // Strides of an empty tensor are products too.
            if (extent < 0 || extent > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "value '" + name + "' would be " + type + "; a tensor has extents that are not negative and at "
                                + "most 2 GB. Give smaller dimensions with --dim or --input-shape, or correct the model");
            }
        }
    }

    private void evaluate(
            Node node,
            List<Optional<TensorType>> inputTypes,
            List<Optional<Tensor>> inputValues,
            List<TensorType> outputs) {
        boolean isSmall = outputs.stream()
                .allMatch(type -> type.shape().isStatic() && type.shape().elements() <= KNOWN_ELEMENTS);
        Optional<Tensor> fromTypes = isSmall ? node.op().valueFromTypes(inputTypes) : Optional.empty();
        if (fromTypes.isPresent()) {
            known.put(node.output(), fromTypes.get());
            return;
        }
        if (node.op().isRandom()) {
            return;
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            if (node.hasInput(i) && inputValues.get(i).isEmpty()) {
                return;
            }
        }
        long largest = kept < KEPT_ELEMENTS ? KNOWN_ELEMENTS : SMALL_ELEMENTS;
        if (outputs.stream()
                        .allMatch(
                                type -> type.shape().isStatic() && type.shape().elements() <= largest)
                && inputTypes.stream()
                        .flatMap(Optional::stream)
                        .allMatch(type -> type.shape().elements() <= KNOWN_ELEMENTS)) {
            List<TensorType> present =
                    inputTypes.stream().flatMap(Optional::stream).toList();
            long cost = node.op().macs(present, outputs)
                    + Stream.concat(present.stream(), outputs.stream())
                            .mapToLong(type -> type.shape().elements())
                            .sum();
            if (work + cost > MOST_WORK) {
                return;
            }
            work += cost;
            List<Tensor> values = node.evaluate(inputValues);
            for (int i = 0; i < node.outputs().size(); i++) {
                if (!node.outputs().get(i).isEmpty()) {
                    known.put(node.outputs().get(i), values.get(i));
                    kept += values.get(i).elements();
                }
            }
        }
    }
}
