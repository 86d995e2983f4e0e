package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps nodes that cannot be read as {@link Opaque} ones, with the types that the file declares, for another runtime. */
final class Delegation {
    private final Map<String, ValueInfoProto> declared = new HashMap<>();
    private final InputShapes shapes;

    Delegation(GraphProto graph, ImportOptions options) {
        graph.getValueInfoList().forEach(value -> declared.put(value.getName(), value));
        graph.getOutputList().forEach(value -> declared.put(value.getName(), value));
        this.shapes = new InputShapes(options);
    }

    /** Whether a refusal is about what the node is, so that another runtime may know better. */
    static boolean mayHelp(SelvedgeException refusal) {
        return switch (refusal.code()) {
            case UNSUPPORTED_OP, UNSUPPORTED_DTYPE, BAD_GRAPH -> true;
            default -> false;
        };
    }

    /** An input whose extents are known only at run time: a result of an opaque node. */
    static Optional<String> openInput(NodeProto node, Scope scope, ImportSession session) {
        return node.getInputList().stream()
                .filter(input -> scope.get(input) instanceof Value.Single(String value)
                        && !session.builder().type(value).shape().isStatic())
                .findFirst();
    }

    /**
     * Adds the node as it is.
     *
     * @param outputs those that are wanted
     * @throws SelvedgeException UNSUPPORTED_OP when the file does not say what comes out, or the node has a body
     */
    void add(NodeProto node, String name, List<String> outputs, Scope scope, ImportSession session, String reason) {
        if (node.getAttributeList().stream().anyMatch(Delegation::isBody)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP, reason + "; it has a sub-graph, which cannot be delegated");
        }
        List<String> inputs = new ArrayList<>();
        for (String input : node.getInputList()) {
            inputs.add(
                    scope.get(input) instanceof Value.Absent
                            ? ""
                            : StructureCall.single(scope.get(input), "its input '" + input + "'"));
        }
        List<TensorType> types = new ArrayList<>();
        for (String output : outputs) {
            // The type of an output that nobody names is never looked at.
            types.add(output.isEmpty() ? TensorType.of(DType.FLOAT32) : type(output, reason));
        }
        int version = scope.opsets().version(node.getDomain()).orElse(1);
        session.builder().add(new Node(name, new Opaque(node, version, types, reason), inputs, outputs));
        outputs.forEach(output -> scope.define(output, new Value.Single(output)));
    }

    private TensorType type(String output, String reason) {
        return Optional.ofNullable(declared.get(output))
                .flatMap(value -> DType.ofOnnxCode(
                                value.getType().getTensorType().getElemType())
                        .flatMap(dtype -> shapes.declared(value).map(shape -> new TensorType(dtype, shape))))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        reason + "; to delegate it, the file must declare type and shape of '" + output
                                + "' (value_info): run shape inference on it, or declare them where it is exported"));
    }

    private static boolean isBody(AttributeProto attribute) {
        return attribute.hasG() || attribute.getGraphsCount() > 0;
    }
}
