package io.selvedge.compiler.onnx;

import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.op.OpCatalog;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Operators that the graph has no node for, because the importer settles them; a line each. */
public final class StructuralOperators {
    private static final List<Structural> ENTRIES = List.of(
            entry("ConcatFromSequence", Sequences::concat, 11),
            entry("If", Branches::read, 1, 11, 13, 16, 19, 21),
            entry("Loop", Loops::read, 1, 11, 13, 16, 19, 21),
            entry("Optional", Optionals::wrap, 15),
            entry("OptionalGetElement", Optionals::get, 15, 18),
            entry("OptionalHasElement", Optionals::has, 15, 18),
            entry("Scan", Scans::read, 8, 9, 11, 16, 19, 21),
            entry("SequenceAt", Sequences::at, 11),
            entry("SequenceConstruct", Sequences::construct, 11),
            entry("SequenceEmpty", Sequences::empty, 11),
            entry("SequenceErase", Sequences::erase, 11),
            entry("SequenceInsert", Sequences::insert, 11),
            entry("SequenceLength", Sequences::length, 11),
            entry("SequenceMap", Sequences::map, 17),
            entry("SplitToSequence", Sequences::split, 11));

    private static final Map<String, Structural> BY_TYPE = new TreeMap<>();

    static {
        ENTRIES.forEach(structural -> BY_TYPE.put(structural.entry().type(), structural));
    }

    /** One operator: since when, and what its outputs stand for. */
    record Structural(OpCatalog.Entry entry, Function<StructureCall, List<Value>> reader) {}

    private StructuralOperators() {}

    private static Structural entry(String type, Function<StructureCall, List<Value>> reader, Integer... versions) {
        OpCatalog.Entry entry = new OpCatalog.Entry("", type, Arrays.asList(versions), _ -> {
            throw new IllegalStateException(type + " is no operator of the graph");
        });
        return new Structural(entry, reader);
    }

    /** Names of the operators, sorted. */
    public static Stream<String> types() {
        return BY_TYPE.keySet().stream();
    }

    /** Whether the importer settles operators of that name. */
    static boolean has(String domain, String type) {
        return domain.isEmpty() && (BY_TYPE.containsKey(type) || type.equals("Constant"));
    }

    /** The structural reading of a node of ai.onnx; Identity is one where its input is no tensor. */
    static Optional<Structural> find(NodeProto node, Scope scope) {
        if (node.getOpType().equals("Identity")
                && node.getInputCount() == 1
                && !(scope.get(node.getInput(0)) instanceof Value.Single)) {
            return Optional.of(entry("Identity", StructureCall::inputs, 1));
        }
        return Optional.ofNullable(BY_TYPE.get(node.getOpType()));
    }
}
