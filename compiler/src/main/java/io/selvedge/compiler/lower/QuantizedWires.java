package io.selvedge.compiler.lower;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.QConv;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the QuantizeLinear/DequantizeLinear structure of a graph: who made a value, who reads it, under what scale. */
final class QuantizedWires {
    private final Graph graph;
    private final Map<String, Node> producers;
    private final Map<String, List<Node>> consumers;

    QuantizedWires(Graph graph) {
        this.graph = graph;
        this.producers = graph.producers();
        this.consumers = graph.consumers();
    }

    Optional<Node> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    boolean readOnce(String value) {
        return consumers.getOrDefault(value, List.of()).size() == 1
                && !graph.outputs().contains(value);
    }

    static boolean is(Node node, String type) {
        return node.op().domain().isEmpty() && node.op().type().equals(type);
    }

    /** The 8-bit value behind a DequantizeLinear output whose scale is per tensor and constant. */
    Optional<Node> dequantize(String value) {
        return producer(value)
                .filter(node -> is(node, "DequantizeLinear") && quant(node).isPresent() && eightBit(node.input(0)));
    }

    boolean eightBit(String value) {
        DType dtype = graph.type(value).dtype();
        return dtype == DType.INT8 || dtype == DType.UINT8;
    }

    /** Scale and zero point of a Q or DQ node, when per tensor and constant. */
    Optional<QConv.Quant> quant(Node node) {
        Optional<Tensor> scale = graph.constant(node.input(1)).filter(t -> t.elements() == 1);
        if (scale.isEmpty()) {
            return Optional.empty();
        }
        if (!node.hasInput(2)) {
            return Optional.of(new QConv.Quant(scale.get().getFloat(0), 0));
        }
        return graph.constant(node.input(2))
                .map(zero -> new QConv.Quant(scale.get().getFloat(0), (int) zero.getLong(0)));
    }

    static List<Integer> ints(Node node, String attribute) {
        return node.op().attributes().get(attribute) instanceof long[] values
                ? java.util.Arrays.stream(values).mapToObj(Math::toIntExact).toList()
                : List.of();
    }

    static long integer(Node node, String attribute, long otherwise) {
        return node.op().attributes().get(attribute) instanceof Long value ? value : otherwise;
    }

    static float real(Node node, String attribute, float otherwise) {
        return node.op().attributes().get(attribute) instanceof Float value ? value : otherwise;
    }
}
