package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What all scopes of one import share: the graph that grows, constants that are stored once, and the bound on unrolling. */
final class ImportSession {
    /** Nodes that sub-graphs and functions may become; a kilobyte of nested loops must not become gigabytes. */
    private static final int LARGEST_EXPANSION = 100_000;

    private final String file;
    private final GraphBuilder builder;
    private final TensorReader tensors;
    private final AttributeReader attributes;
    private final DeclaredShapes declared;
    private final Optional<Delegation> delegation;
    private final OpenExtents open;
    private final IdentityHashMap<TensorProto, String> initializers = new IdentityHashMap<>();
    private final IdentityHashMap<NodeProto, String> constants = new IdentityHashMap<>();
    private final Map<List<Long>, String> lists = new HashMap<>();
    private int expanded;

    ImportSession(
            String file,
            TensorReader tensors,
            GraphBuilder builder,
            DeclaredShapes declared,
            Optional<Delegation> delegation,
            OpenExtents open) {
        this.open = open;
        this.file = file;
        this.delegation = delegation;
        this.builder = builder;
        this.declared = declared;
        this.tensors = tensors;
        this.attributes = new AttributeReader(tensors);
    }

    String file() {
        return file;
    }

    DeclaredShapes declared() {
        return declared;
    }

    /** Values whose extent the data decides. */
    OpenExtents open() {
        return open;
    }

    /** Where nodes go that cannot be read; empty when they are refused. */
    Optional<Delegation> delegation() {
        return delegation;
    }

    GraphBuilder builder() {
        return builder;
    }

    AttributeReader attributes() {
        return attributes;
    }

    Tensor tensor(TensorProto proto) {
        return tensors.read(proto, proto.getName());
    }

    /** A sub-graph's initializer, stored once however often the sub-graph is read. */
    String initializer(TensorProto proto, String path) {
        return initializers.computeIfAbsent(proto, _ -> builder.constant(path + proto.getName(), tensor(proto)));
    }

    /** A Constant of a sub-graph, likewise. */
    String constant(NodeProto node, String path) {
        return constants.computeIfAbsent(
                node, _ -> builder.constant(path + node.getOutput(0), attributes.constant(node)));
    }

    /** A list of int64 as a constant. */
    String integers(long... values) {
        return lists.computeIfAbsent(
                Arrays.stream(values).boxed().toList(),
                _ -> builder.constant("integers", Tensor.longs(values, values.length)));
    }

    /** An int64 scalar as a constant. */
    String scalar(long value) {
        // A list of one has one entry; the scalar's key must differ.
        return lists.computeIfAbsent(
                List.of(value, 0L, Long.MIN_VALUE), _ -> builder.constant("integer", Tensor.longs(new long[] {value})));
    }

    /**
     * Counts a node, or a round of a loop, that a sub-graph or a function adds.
     *
     * @throws SelvedgeException BAD_GRAPH when there are too many
     */
    void spend() {
        spend(1);
    }

    /** Counts several at once, before anything is made of them. */
    void spend(int count) {
        expanded += Math.min(count, LARGEST_EXPANSION + 1);
        if (expanded > LARGEST_EXPANSION) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "its loops and functions become more than " + LARGEST_EXPANSION
                            + " nodes; loops are unrolled, so freeze a smaller trip count or export the loop's body as a model");
        }
    }

    /**
     * The value of a tensor that decides about structure.
     *
     * @param what role, with what it decides
     * @throws SelvedgeException BAD_GRAPH that names the inputs to freeze when it is computed from data
     */
    Tensor known(String value, String what) {
        return builder.known(value).orElseThrow(() -> needsConstant(value, what));
    }

    SelvedgeException needsConstant(String value, String what) {
        Set<String> inputs = builder.inputsBehind(value);
        String freeze = inputs.isEmpty()
                ? "its value is too large to be computed while importing"
                : "it is computed from the data; make it constant with --constant "
                        + inputs.iterator().next() + "=VALUE"
                        + (inputs.size() > 1 ? " (it depends on the inputs " + String.join(", ", inputs) + ")" : "");
        return new SelvedgeException(ErrorCode.BAD_GRAPH, "needs " + what + ", to be constant; " + freeze);
    }

    /** One number of a value that decides about structure. */
    long number(String value, String what) {
        Tensor known = known(value, what);
        if (known.elements() != 1) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH, "needs " + what + ", to have one element; it is " + known.type());
        }
        return known.getLong(0);
    }

    /** One number, where it is known already. */
    Optional<Long> numberIfKnown(String value) {
        return builder.known(value).filter(tensor -> tensor.elements() == 1).map(tensor -> tensor.getLong(0));
    }
}
