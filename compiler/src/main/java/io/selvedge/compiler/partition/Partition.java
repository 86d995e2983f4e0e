package io.selvedge.compiler.partition;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.lower.FuseQuantized;
import io.selvedge.compiler.lower.Lowering;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.onnx.Opaque;
import io.selvedge.compiler.pass.Pipelines;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model as a sequence of parts, alternately compiled and left to another runtime. As little as possible is left: nodes that
 * nobody here can lower, and those that cannot be parted from them because what passes between has no fixed shape.
 *
 * @param parts in the order in which they run
 * @param reasons why a node is delegated, by its name
 */
public record Partition(Graph whole, List<Part> parts, Map<String, String> reasons) {
    public Partition {
        parts = List.copyOf(parts);
        reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
    }

    /** Whether everything is compiled. */
    public boolean isNative() {
        return reasons.isEmpty();
    }

    /**
     * Parts a simplified graph.
     *
     * @throws SelvedgeException UNBOUND_DIMENSION or UNSUPPORTED_DTYPE when what would pass between parts cannot; BAD_GRAPH
     *     when an output is a constant
     */
    public static Partition of(Graph simplified) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (Node node : simplified.nodes()) {
            obvious(simplified, node).ifPresent(reason -> reasons.put(node.name(), reason));
        }
        while (true) {
            Cut cut = new Cut(simplified, reasons.keySet());
            Map<String, String> more = cut.between();
            if (more.isEmpty()) {
                List<Part> parts = cut.parts();
                parts.stream()
                        .filter(part -> part.kind() == Part.Kind.NATIVE)
                        .forEach(part -> more.putAll(refused(part.graph())));
                if (more.isEmpty()) {
                    if (!reasons.isEmpty()) {
                        requireComputed(simplified);
                        parts.forEach(Part::requireHandOver);
                    }
                    return new Partition(simplified, parts, reasons);
                }
            }
            reasons.putAll(more);
        }
    }

    private static void requireComputed(Graph graph) {
        for (String output : graph.outputs()) {
            if (graph.isConstant(output)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "output '" + output + "' is a constant, which no part computes; drop it from the model");
            }
        }
    }

    private static Optional<String> obvious(Graph graph, Node node) {
        if (node.op() instanceof Opaque opaque) {
            return Optional.of(opaque.reason());
        }
        return Stream.concat(node.inputs().stream(), node.outputs().stream())
                .filter(value -> !value.isEmpty() && !graph.type(value).shape().isStatic())
                .findFirst()
                .map(value -> "the extents of '" + value + "' are known only at run time");
    }

    /** Nodes of a native part that cannot be lowered; empty when the part can. */
    private static Map<String, String> refused(Graph part) {
        Map<String, String> refused = new LinkedHashMap<>();
        Optional<SelvedgeException> refusal = refusal(part);
        if (refusal.isPresent()) {
            for (Node node : part.nodes()) {
                // A pattern may be lowered as a whole only; a node alone is asked once the part has failed.
                refusal(Cut.part(part, List.of(node), part.name()))
                        .ifPresent(e -> refused.put(node.name(), String.valueOf(e.getMessage())));
            }
            if (refused.isEmpty()) {
                throw refusal.get();
            }
        }
        return refused;
    }

    private static Optional<SelvedgeException> refusal(Graph part) {
        try {
            MemoryPlanner.plan(Lowering.lower(Pipelines.fuse(FuseQuantized.run(part))));
            return Optional.empty();
        } catch (SelvedgeException e) {
            if (e.code() == ErrorCode.UNSUPPORTED_OP || e.code() == ErrorCode.UNSUPPORTED_DTYPE) {
                return Optional.of(e);
            }
            throw e;
        }
    }
}
