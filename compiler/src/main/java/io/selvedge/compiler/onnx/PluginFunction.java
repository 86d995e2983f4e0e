package io.selvedge.compiler.onnx;

import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An operator of a plugin that is a function: a call of it becomes its nodes, as with the functions that a model brings along.
 *
 * @param origin file that it was read from, for messages
 * @param domain empty for ai.onnx
 * @param since first version of the domain that has it
 * @param attributes what a call may and must give
 * @param opsets versions of the domains that the body speaks
 */
public record PluginFunction(
        String origin,
        String domain,
        String name,
        int since,
        List<String> inputs,
        List<String> outputs,
        Map<String, Parameter> attributes,
        Map<String, Integer> opsets,
        List<Call> body) {
    public PluginFunction {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
        opsets = Map.copyOf(opsets);
        body = List.copyOf(body);
    }

    /** Kinds of attributes, called as in a YAML function. */
    public enum Kind {
        INT(AttributeType.INT),
        FLOAT(AttributeType.FLOAT),
        STRING(AttributeType.STRING),
        INTS(AttributeType.INTS),
        FLOATS(AttributeType.FLOATS),
        STRINGS(AttributeType.STRINGS);

        private final AttributeType type;

        Kind(AttributeType type) {
            this.type = type;
        }
    }

    /** An attribute of the function; without a default a call must give it. */
    public record Parameter(Kind kind, Optional<Object> otherwise) {}

    /** What a node of the body has as an attribute. */
    public sealed interface Argument {
        /** A value as {@link io.selvedge.compiler.ir.Op#attributes} has them. */
        record Constant(Object value) implements Argument {}

        /** The value of the function's attribute. */
        record Reference(String attribute) implements Argument {}
    }

    /** A node of the body. */
    public record Call(
            String domain,
            String type,
            String name,
            List<String> inputs,
            List<String> outputs,
            Map<String, Argument> attributes) {
        public Call {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            attributes = Map.copyOf(attributes);
        }
    }

    /** The name with its domain, for messages. */
    String title() {
        return domain.isEmpty() ? name : domain + "." + name;
    }

    /** Whether an attribute of a call has the kind that is declared. */
    boolean accepts(AttributeProto given) {
        Parameter parameter = attributes.get(given.getName());
        return parameter != null && parameter.kind().type == AttributeReader.kind(given);
    }

    FunctionProto proto() {
        FunctionProto.Builder function = FunctionProto.newBuilder()
                .setDomain(domain)
                .setName(name)
                .addAllInput(inputs)
                .addAllOutput(outputs);
        new TreeMap<>(attributes)
                .forEach((attribute, parameter) -> parameter
                        .otherwise()
                        .ifPresent(value -> function.addAttributeProto(GraphWriter.attribute(attribute, value))));
        new TreeMap<>(opsets)
                .forEach((set, version) -> function.addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain(set).setVersion(version)));
        body.forEach(call -> function.addNode(node(call)));
        return function.build();
    }

    private NodeProto node(Call call) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setDomain(call.domain())
                .setOpType(call.type())
                .setName(call.name())
                .addAllInput(call.inputs())
                .addAllOutput(call.outputs());
        new TreeMap<>(call.attributes())
                .forEach((attribute, argument) -> node.addAttribute(
                        switch (argument) {
                            case Argument.Constant(Object value) -> GraphWriter.attribute(attribute, value);
                            case Argument.Reference(String name) -> reference(attribute, name);
                        }));
        return node.build();
    }

    private AttributeProto reference(String attribute, String name) {
        return AttributeProto.newBuilder()
                .setName(attribute)
                .setType(java.util.Objects.requireNonNull(attributes.get(name), name)
                        .kind()
                        .type)
                .setRefAttrName(name)
                .build();
    }
}
