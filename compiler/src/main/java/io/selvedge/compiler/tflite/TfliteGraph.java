package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Attributes;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.OpCall;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The graph that grows while a file's operators are restated one after the other, and which value each tensor became. */
final class TfliteGraph {
    private final TfliteFile file;
    private final GraphBuilder builder;
    private final Map<Integer, String> values = new HashMap<>();
    private final Map<Integer, Optional<Tensor>> constants = new HashMap<>();
    private final Set<Integer> computed = new HashSet<>();

    TfliteGraph(TfliteFile file, GraphBuilder builder) {
        this.file = file;
        this.builder = builder;
    }

    TfliteFile file() {
        return file;
    }

    GraphBuilder builder() {
        return builder;
    }

    /** States which value a tensor is. */
    void define(TfliteTensor tensor, String value) {
        values.put(tensor.index(), value);
        computed.add(tensor.index());
    }

    /** The value of a tensor; a constant is added when it is first asked for.
     *  @throws SelvedgeException BAD_GRAPH when nothing has made it */
    String value(TfliteTensor tensor) {
        String known = values.get(tensor.index());
        if (known != null) {
            return known;
        }
        Tensor constant = constant(tensor)
                .orElseThrow(() -> tensor.variable()
                        ? new SelvedgeException(
                                ErrorCode.UNSUPPORTED_OP,
                                "reads the variable '" + tensor.name()
                                        + "'; state that operators keep is not supported, make it an input and an output")
                        : new SelvedgeException(
                                ErrorCode.BAD_GRAPH,
                                "reads tensor '" + tensor.name()
                                        + "', which no input, constant or earlier operator defines"));
        String value = builder.constant(tensor.name(), constant);
        values.put(tensor.index(), value);
        return value;
    }

    /** What a tensor holds where the file says it. */
    Optional<Tensor> constant(TfliteTensor tensor) {
        if (computed.contains(tensor.index())) {
            return Optional.empty();
        }
        return constants.computeIfAbsent(tensor.index(), _ -> file.constant(tensor));
    }

    /** Adds one operator of ai.onnx, read as an ONNX file's would be, and gives its outputs. */
    List<String> emit(String hint, String type, Map<String, Object> attributes, int outputs, List<String> inputs) {
        OpCatalog.Entry entry = OpCatalog.ALL
                .find("", type)
                .orElseThrow(() -> new IllegalStateException("no operator " + type + " in the catalogue"));
        String name = builder.fresh(hint);
        OpCall call = new OpCall(
                name,
                type,
                Math.max(OpCatalog.GRAPH_OPSET, entry.versions().getFirst()),
                new Attributes(attributes),
                inputs,
                outputs,
                builder);
        Op op = entry.factory().apply(call);
        List<String> own = new ArrayList<>();
        List<String> results = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            boolean computed = call.computed(i).isPresent();
            own.add(computed ? "" : i == 0 ? name : builder.fresh(hint + "_" + i));
            results.add(call.computed(i).orElse(own.get(i)));
        }
        if (own.stream().anyMatch(value -> !value.isEmpty())) {
            builder.add(new Node(name, op, call.inputs(), own));
        }
        return results;
    }

    /** Gives a tensor's value one more name, which is reserved: that of an output. */
    void identity(String name, TfliteTensor tensor) {
        builder.add(new Node(name, new Identity(), List.of(value(tensor)), List.of(name)));
    }

    /** A value with its axes in another order; a constant is moved at once. */
    String transposed(String hint, String value, Integer... perm) {
        List<Integer> order = Arrays.asList(perm);
        if (builder.type(value).shape().rank() != order.size()) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "needs a value of " + order.size() + " axes, got " + builder.type(value) + " of '" + value + "'");
        }
        return emit(hint, "Transpose", Map.of("perm", longs(order)), 1, List.of(value))
                .getFirst();
    }

    static Tensor transposed(Tensor constant, Integer... perm) {
        if (constant.shape().rank() != perm.length) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH, "needs a constant of " + perm.length + " axes, got " + constant.type());
        }
        return new Transpose(Arrays.asList(perm))
                .evaluate(List.of(Optional.of(constant)))
                .getFirst();
    }

    /** A value under another shape of as many elements; itself where it has that shape. */
    String reshaped(String hint, String value, List<Integer> extents) {
        Shape shape = Shape.of(longs(extents));
        if (builder.type(value).shape().equals(shape)) {
            return value;
        }
        String target = builder.constant(hint + "_shape", Tensor.longs(longs(extents), extents.size()));
        return emit(hint, "Reshape", Collections.emptyMap(), 1, List.of(value, target))
                .getFirst();
    }

    static long[] longs(List<Integer> values) {
        return values.stream().mapToLong(Integer::longValue).toArray();
    }
}
