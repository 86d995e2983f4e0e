package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.QuantizeLinear;
import java.util.Map;
import java.util.Optional;

/**
 * A QuantizeLinear and DequantizeLinear of one scale: {@code x' = scale * (clamp(round(x / scale) + zero) - zero)}.
 *
 * @param source the value that is quantised
 * @param quantize the first of the two nodes
 * @param dequantize the second
 */
public record TensorQuantizer(String source, Node quantize, Node dequantize, float scale, long zeroPoint, DType dtype) {
    /** The pair that makes a value; empty where something else does. */
    public static Optional<TensorQuantizer> behind(Graph graph, Map<String, Node> producers, String value) {
        Optional<Node> dequantize = producer(producers, value, "DequantizeLinear");
        Optional<Node> quantize = dequantize.flatMap(node -> producer(producers, node.input(0), "QuantizeLinear"));
        return quantize.flatMap(q -> {
            Optional<Tensor> scale = graph.constant(q.input(1)).filter(s -> s.elements() == 1);
            Optional<Tensor> zero = graph.constant(q.input(2)).filter(z -> z.elements() == 1);
            return scale.isPresent() && zero.isPresent()
                    ? Optional.of(new TensorQuantizer(
                            q.input(0),
                            q,
                            dequantize.get(),
                            scale.get().getFloat(0),
                            zero.get().getLong(0),
                            zero.get().dtype()))
                    : Optional.empty();
        });
    }

    private static Optional<Node> producer(Map<String, Node> producers, String value, String type) {
        return Optional.ofNullable(producers.get(value))
                .filter(node -> node.op().type().equals(type));
    }

    /** Smallest number that it can say. */
    public double lo() {
        return (QuantizeLinear.lowest(dtype) - zeroPoint) * (double) scale;
    }

    /** Largest number that it can say. */
    public double hi() {
        return (QuantizeLinear.highest(dtype) - zeroPoint) * (double) scale;
    }

    /** What readers see of a number. */
    public float apply(float x) {
        long step = Math.clamp(
                (long) Math.rint(x / scale) + zeroPoint, QuantizeLinear.lowest(dtype), QuantizeLinear.highest(dtype));
        return (step - zeroPoint) * scale;
    }
}
