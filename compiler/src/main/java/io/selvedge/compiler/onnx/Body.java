package io.selvedge.compiler.onnx;

import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A graph, sub-graph or function body, prepared once however often it is read.
 *
 * @param outputs with their declared types, which only sub-graphs have
 * @param order in which the nodes can be read
 * @param read names that a node, a sub-graph of a node or the outputs read
 */
record Body(
        List<String> inputs,
        List<ValueInfoProto> outputs,
        List<TensorProto> initializers,
        List<NodeProto> nodes,
        List<Integer> order,
        Set<String> read) {

    /**
     * Prepares a graph.
     *
     * @param outer whether a name is defined around it
     * @throws io.selvedge.compiler.diag.SelvedgeException BAD_GRAPH as {@link NodeOrder} finds it
     */
    static Body of(GraphProto graph, Predicate<String> outer, String where) {
        List<String> inputs =
                graph.getInputList().stream().map(ValueInfoProto::getName).toList();
        return prepare(inputs, graph.getOutputList(), graph.getInitializerList(), graph.getNodeList(), outer, where);
    }

    static Body of(FunctionProto function, String where) {
        List<ValueInfoProto> outputs = function.getOutputList().stream()
                .map(name -> ValueInfoProto.newBuilder().setName(name).build())
                .toList();
        return prepare(function.getInputList(), outputs, List.of(), function.getNodeList(), _ -> false, where);
    }

    private static Body prepare(
            List<String> inputs,
            List<ValueInfoProto> outputs,
            List<TensorProto> initializers,
            List<NodeProto> nodes,
            Predicate<String> outer,
            String where) {
        Set<String> given = new HashSet<>(inputs);
        initializers.forEach(initializer -> given.add(initializer.getName()));
        Set<String> read = new HashSet<>();
        nodes.forEach(node -> read.addAll(reads(node)));
        outputs.forEach(output -> read.add(output.getName()));
        return new Body(inputs, outputs, initializers, nodes, NodeOrder.of(nodes, given, outer, where), read);
    }

    /** Names that a node reads: its inputs and what its sub-graphs capture. */
    static Set<String> reads(NodeProto node) {
        Set<String> names = new LinkedHashSet<>(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                names.addAll(captured(attribute.getG()));
            }
        }
        names.remove("");
        return names;
    }

    private static Set<String> captured(GraphProto graph) {
        Set<String> names = new LinkedHashSet<>();
        graph.getNodeList().forEach(node -> names.addAll(reads(node)));
        graph.getOutputList().forEach(output -> names.add(output.getName()));
        graph.getInputList().forEach(input -> names.remove(input.getName()));
        graph.getInitializerList().forEach(initializer -> names.remove(initializer.getName()));
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(names::remove));
        return names;
    }
}
