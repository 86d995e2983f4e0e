package io.selvedge.compiler.onnx;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.op.Attributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Attributes of a node as plain values. */
final class AttributeReader {
    private final TensorReader tensors;

    AttributeReader(TensorReader tensors) {
        this.tensors = tensors;
    }

    Attributes read(NodeProto node) {
        return read(node, _ -> true);
    }

    /** Attributes but for sub-graphs and types, which only the importer's own operators have. */
    Attributes plain(NodeProto node) {
        return read(
                node,
                attribute -> kind(attribute) != AttributeType.GRAPH && kind(attribute) != AttributeType.TYPE_PROTO);
    }

    private Attributes read(NodeProto node, Predicate<AttributeProto> wanted) {
        Map<String, Object> values = new HashMap<>();
        node.getAttributeList().stream()
                .filter(wanted)
                .forEach(attribute -> values.put(attribute.getName(), value(attribute)));
        return new Attributes(values);
    }

    /** What a Constant holds. */
    Tensor constant(NodeProto node) {
        Attributes values = read(node);
        if (values.has("value_float")) {
            return Tensor.floats(new float[] {values.number("value_float", 0)});
        }
        if (values.has("value_int")) {
            return Tensor.longs(new long[] {values.integer("value_int", 0)});
        }
        if (values.has("value_string")) {
            return Tensor.texts(List.of(values.text("value_string", "")));
        }
        if (values.has("value_strings")) {
            List<String> texts = values.texts("value_strings");
            return Tensor.texts(texts, texts.size());
        }
        Optional<Tensor> floats = values.floats("value_floats").map(array -> Tensor.floats(array, array.length));
        Optional<Tensor> longs = values.longs("value_ints").map(array -> Tensor.longs(array, array.length));
        return values.tensor("value")
                .or(() -> floats)
                .or(() -> longs)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "needs value, value_float(s), value_int(s) or value_string(s), has "
                                + values.asMap().keySet()));
    }

    private Object value(AttributeProto attribute) {
        return switch (kind(attribute)) {
            case INT -> attribute.getI();
            case FLOAT -> attribute.getF();
            case STRING -> attribute.getS().toStringUtf8();
            case TENSOR -> tensors.read(attribute.getT(), attribute.getName());
            case INTS ->
                attribute.getIntsList().stream().mapToLong(value -> value).toArray();
            case FLOATS -> {
                float[] floats = new float[attribute.getFloatsCount()];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = attribute.getFloats(i);
                }
                yield floats;
            }
            case STRINGS ->
                attribute.getStringsList().stream()
                        .map(ByteString::toStringUtf8)
                        .toArray(String[]::new);
            case UNDEFINED, GRAPH, GRAPHS, TENSORS, SPARSE_TENSOR, SPARSE_TENSORS, TYPE_PROTO, TYPE_PROTOS ->
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "attribute '" + attribute.getName() + "' is a " + kind(attribute) + ", which is not supported");
        };
    }

    /** Files of IR 3 may leave the type out. */
    static AttributeType kind(AttributeProto attribute) {
        if (attribute.getType() != AttributeType.UNDEFINED) {
            return attribute.getType();
        }
        if (attribute.hasI()) {
            return AttributeType.INT;
        }
        if (attribute.hasF()) {
            return AttributeType.FLOAT;
        }
        if (attribute.hasS()) {
            return AttributeType.STRING;
        }
        if (attribute.hasT()) {
            return AttributeType.TENSOR;
        }
        if (attribute.hasG()) {
            return AttributeType.GRAPH;
        }
        if (attribute.getFloatsCount() > 0) {
            return AttributeType.FLOATS;
        }
        return attribute.getStringsCount() > 0 ? AttributeType.STRINGS : AttributeType.INTS;
    }
}
