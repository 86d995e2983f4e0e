package io.selvedge.compiler.onnx;

import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names of one graph, sub-graph or function body while it is read. A sub-graph sees its surroundings, a function does not. */
final class Scope {
    private final Optional<Scope> outer;
    private final String path;
    private final Opsets opsets;
    private final Map<String, AttributeProto> arguments;
    private final Map<String, Value> values = new HashMap<>();

    private Scope(Optional<Scope> outer, String path, Opsets opsets, Map<String, AttributeProto> arguments) {
        this.outer = outer;
        this.path = path;
        this.opsets = opsets;
        this.arguments = arguments;
    }

    /** The model's graph: its names are those of the graph that is built. */
    static Scope top(Opsets opsets) {
        return new Scope(Optional.empty(), "", opsets, Map.of());
    }

    /** A sub-graph of a node. */
    Scope inner(String node) {
        return new Scope(Optional.of(this), node + "/", opsets, arguments);
    }

    /** The body of a function that a node calls with these attributes. */
    static Scope function(String node, Opsets opsets, Map<String, AttributeProto> arguments) {
        return new Scope(Optional.empty(), node + "/", opsets, arguments);
    }

    boolean isTop() {
        return path.isEmpty();
    }

    Opsets opsets() {
        return opsets;
    }

    /** Where nodes of this scope are, in front of their names. */
    String path() {
        return path;
    }

    void define(String name, Value value) {
        values.put(name, value);
    }

    /** What a name stands for here or around; the empty name is an absent value. */
    Optional<Value> find(String name) {
        if (name.isEmpty()) {
            return Optional.of(new Value.Absent());
        }
        Value value = values.get(name);
        return value == null ? outer.flatMap(scope -> scope.find(name)) : Optional.of(value);
    }

    /** What a name stands for. The order of the nodes has been checked, so it is there. */
    Value get(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("'" + name + "' was not read yet"));
    }

    /** The name that a node's output gets in the graph that is built. */
    String fresh(String output, GraphBuilder builder) {
        return output.isEmpty() || isTop() ? output : builder.fresh(path + output);
    }

    /** The node with references to the function's attributes replaced by what the call gives. */
    NodeProto resolve(NodeProto node) {
        if (node.getAttributeList().stream()
                .allMatch(attribute -> attribute.getRefAttrName().isEmpty())) {
            return node;
        }
        NodeProto.Builder resolved = node.toBuilder().clearAttribute();
        for (AttributeProto attribute : node.getAttributeList()) {
            AttributeProto given =
                    attribute.getRefAttrName().isEmpty() ? attribute : arguments.get(attribute.getRefAttrName());
            if (given != null) {
                resolved.addAttribute(given.toBuilder().setName(attribute.getName()));
            }
        }
        return resolved.build();
    }
}
