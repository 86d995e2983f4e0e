package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Bounded;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.Selecting;
import io.selvedge.compiler.op.ShapeOf;
import io.selvedge.compiler.op.Trim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Values whose extent along one axis the data decides. The graph has them at their declared maximum, with a count beside them;
 * {@link OpenAxis} says which operators may follow, since zeros behind the count must not change what comes before it.
 */
final class OpenExtents {
    /**
     * What is open about a value.
     *
     * @param count the value that says how many elements are there, int64 [1]
     * @param origin the operator that decides, for messages
     */
    record Open(int axis, String count, String origin) {}

    private final GraphBuilder builder;
    private final Map<String, Integer> declared;
    private final Set<String> unused;
    private final Set<String> results = new TreeSet<>();
    private final Map<String, Open> open = new HashMap<>();
    private final Set<String> shown = new LinkedHashSet<>();
    private int followed;

    /** @param declared maxima by the result's name or the node's */
    OpenExtents(GraphBuilder builder, Map<String, Integer> declared) {
        this.builder = builder;
        this.declared = declared;
        this.unused = new TreeSet<>(declared.keySet());
    }

    Optional<Open> of(String value) {
        return Optional.ofNullable(open.get(value));
    }

    /** The operator with the maximum that the user declares, or the largest that there can be; itself if its result is known. */
    Op bounded(Op op, String node, List<String> inputs, String result) {
        if (!(op instanceof Selecting selecting)) {
            return op;
        }
        List<Optional<TensorType>> types = new ArrayList<>();
        List<Optional<Tensor>> constants = new ArrayList<>();
        for (String input : inputs) {
            types.add(input.isEmpty() ? Optional.empty() : Optional.of(builder.type(input)));
            constants.add(input.isEmpty() ? Optional.empty() : builder.known(input));
        }
        if (selecting.isDecided(types, constants)) {
            return op;
        }
        results.add(result);
        int largest = selecting.largest(types, constants).shape().extent(selecting.openAxis(types));
        for (String name : List.of(result, node)) {
            if (declared.containsKey(name)) {
                unused.remove(name);
                return new Bounded(selecting, Math.min(largest, declared.get(name)));
            }
        }
        return new Bounded(selecting, largest);
    }

    /** Follows what is open through the nodes that were added since the last call.
     *  @throws SelvedgeException UNSUPPORTED_OP for a node that would mix what is there with what is not */
    void follow() {
        for (Node node : builder.nodesBehind(followed)) {
            followed++;
            follow(node);
        }
    }

    private void follow(Node node) {
        if (node.op() instanceof Bounded bounded) {
            int axis = bounded.op()
                    .openAxis(node.inputs().stream()
                            .map(input ->
                                    input.isEmpty() ? Optional.<TensorType>empty() : Optional.of(builder.type(input)))
                            .toList());
            refuseOpenInputs(node);
            open.put(
                    node.output(),
                    new Open(axis, node.outputs().get(1), bounded.op().type() + " '" + node.name() + "'"));
            return;
        }
        Optional<Open> common = Optional.empty();
        for (int i = 0; i < node.inputs().size(); i++) {
            Open at = open.get(node.input(i));
            if (at == null) {
                continue;
            }
            OptionalInt axis = OpenAxis.behind(node, i, at.axis(), builder);
            Open next = new Open(axis.orElseThrow(() -> mixes(node, at)), at.count(), at.origin());
            if (common.isPresent()
                    && (common.get().axis() != next.axis()
                            || !common.get().count().equals(next.count()))) {
                throw mixes(node, at);
            }
            common = Optional.of(next);
        }
        if (common.isPresent()) {
            for (String input : node.inputs()) {
                if (!open.containsKey(input)
                        && !OpenAxis.admits(node, input, common.get().axis(), builder)) {
                    throw mixes(node, common.get());
                }
            }
            for (String output : node.outputs()) {
                open.put(output, common.get());
            }
        }
    }

    private void refuseOpenInputs(Node node) {
        for (String input : node.inputs()) {
            if (open.containsKey(input)) {
                throw mixes(node, open.get(input));
            }
        }
    }

    private static SelvedgeException mixes(Node node, Open open) {
        return new SelvedgeException(
                ErrorCode.UNSUPPORTED_OP,
                node.op().type() + " would mix the elements that " + open.origin()
                        + " finds with the zeros up to its maximum; element-wise operators may follow, and those that work"
                        + " along other axes. Cut the model before, or run this part elsewhere with --fallback onnxruntime");
    }

    /** The value of Shape of an open value: its extents with the count among them; empty for anything else. */
    Optional<String> shape(Op op, List<String> inputs, String hint) {
        if (!(op instanceof ShapeOf shape) || inputs.isEmpty() || !open.containsKey(inputs.getFirst())) {
            return Optional.empty();
        }
        Open at = open.get(inputs.getFirst());
        long[] extents = shape.value(builder.type(inputs.getFirst())).toLongs();
        int first = shape.first(builder.type(inputs.getFirst()));
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < extents.length; i++) {
            parts.add(
                    first + i == at.axis()
                            ? at.count()
                            : builder.constant(hint + "_extent", Tensor.longs(new long[] {extents[i]}, 1)));
        }
        if (!parts.contains(at.count())) {
            return Optional.empty();
        }
        return Optional.of(
                parts.size() == 1
                        ? builder.add(hint, new Identity(), at.count())
                        : builder.add(hint, new Concat(0), parts.toArray(String[]::new)));
    }

    /** The node that gives an open value under an output's name. */
    Node output(String value, String output) {
        Open at = of(value).orElseThrow();
        shown.add(at.count());
        return new Node(
                builder.fresh(output + "_trim"), new Trim(at.axis()), List.of(value, at.count()), List.of(output));
    }

    /** Counts of the outputs that are open, which are outputs themselves. */
    Set<String> counts() {
        return shown;
    }

    /** @throws SelvedgeException BAD_OPTION when a maximum was declared for what the data does not decide */
    void checkAllUsed() {
        if (!unused.isEmpty()) {
            Map<String, Integer> wrong = new TreeMap<>(declared);
            wrong.keySet().retainAll(unused);
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--max-dim " + wrong + ": "
                            + (results.isEmpty()
                                    ? "the model has no value whose extent the data decides"
                                    : "the data decides the extents of " + results));
        }
    }
}
