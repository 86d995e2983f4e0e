package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.op.Attributes;
import java.util.List;

/** One application of an operator that the importer settles itself: control flow, sequences, optionals. */
record StructureCall(NodeProto node, String name, int opset, Scope scope, BlockReader blocks) {
    ImportSession session() {
        return blocks.session();
    }

    GraphBuilder builder() {
        return session().builder();
    }

    /** Attributes that are no sub-graphs. */
    Attributes attributes() {
        return session().attributes().plain(node);
    }

    List<Value> inputs() {
        return node.getInputList().stream().map(scope::get).toList();
    }

    Value input(int index) {
        return index < node.getInputCount() ? scope.get(node.getInput(index)) : new Value.Absent();
    }

    boolean has(int index) {
        return !(input(index) instanceof Value.Absent);
    }

    /** Name of an input that must be a tensor. */
    String tensor(int index, String what) {
        return single(input(index), "input " + index + " (" + what + ")");
    }

    /** Name of a value that must be a tensor. */
    static String single(Value value, String what) {
        return switch (value) {
            case Value.Single(String name) -> name;
            case Value.Absent _, Value.Sequence _, Value.Maybe _ ->
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "needs " + what + " to be a tensor; it is " + value.kind());
        };
    }

    /** Elements of an input that must be a sequence. */
    List<Value> sequence(int index) {
        return switch (input(index)) {
            case Value.Sequence(List<Value> elements) -> elements;
            case Value.Absent _, Value.Single _, Value.Maybe _ ->
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs input " + index + " to be a sequence; it is "
                                + input(index).kind());
        };
    }

    /** A position in a sequence, from its end when negative; {@code otherwise} when the input is absent. */
    int position(int index, int length, int otherwise) {
        if (!has(index)) {
            return otherwise;
        }
        long given = session().number(tensor(index, "position"), "input " + index + ", a position in a sequence");
        long position = given < 0 ? given + length : given;
        if (position < 0 || position > length) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH, "position " + given + " is outside a sequence of " + length);
        }
        return (int) position;
    }

    /** A sub-graph, ready to be read in this scope. */
    Body body(String attribute) {
        for (AttributeProto given : node.getAttributeList()) {
            if (given.getName().equals(attribute)) {
                if (!given.hasG()) {
                    throw new SelvedgeException(
                            ErrorCode.BAD_ATTRIBUTE,
                            "attribute '" + attribute + "' must be a graph, is " + AttributeReader.kind(given));
                }
                String where = session().file() + ", " + attribute + " of " + node.getOpType() + " '" + name + "'";
                return blocks.body(given.getG(), scope, where);
            }
        }
        throw new SelvedgeException(
                ErrorCode.BAD_ATTRIBUTE, "needs the attribute '" + attribute + "', a " + AttributeType.GRAPH);
    }

    /** Reads a sub-graph for these arguments; what its outputs stand for. */
    List<Value> inline(Body body, String step, List<Value> arguments) {
        if (arguments.size() != body.inputs().size()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "its sub-graph has " + body.inputs().size() + " inputs; it needs " + arguments.size());
        }
        return blocks.inline(body, scope.inner(step.isEmpty() ? name : name + "/" + step), arguments);
    }

    /** Adds a node; the tensor that it computes. */
    String add(String hint, Op op, String... values) {
        return builder().add(name + "/" + hint, op, values);
    }

    TensorType type(String value) {
        return builder().type(value);
    }
}
