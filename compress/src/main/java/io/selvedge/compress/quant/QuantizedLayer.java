package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A Conv or Gemm of a graph that may be quantised, with the numbers that it computes with.
 *
 * @param input the quantiser of its input, if it has one
 * @param weights as they are multiplied
 * @param weightScales of 8 bits: one, or one for each output channel; empty where the weights are floats
 * @param bias as it is added; empty for none
 */
public record QuantizedLayer(
        Node node,
        Optional<TensorQuantizer> input,
        Tensor weights,
        Optional<Tensor> weightScales,
        Optional<Tensor> bias) {
    /** The layer that a node is; empty for other operators and for weights that are computed from inputs. */
    public static Optional<QuantizedLayer> of(Graph graph, Map<String, Node> producers, Node node) {
        boolean layer = List.of("Conv", "Gemm").contains(node.op().type())
                && node.op().domain().isEmpty();
        if (!layer) {
            return Optional.empty();
        }
        Optional<Tensor> bias = node.hasInput(2) ? constant(graph, producers, node.input(2), 0) : Optional.empty();
        return constant(graph, producers, node.input(1), 0)
                .map(weights -> new QuantizedLayer(
                        node,
                        TensorQuantizer.behind(graph, producers, node.input(0)),
                        weights,
                        Optional.ofNullable(producers.get(node.input(1)))
                                .filter(dq -> dq.op().type().equals("DequantizeLinear"))
                                .flatMap(dq -> graph.constant(dq.input(1))),
                        bias));
    }

    /** What a value is, when constants alone make it, through a few nodes. */
    private static Optional<Tensor> constant(Graph graph, Map<String, Node> producers, String value, int depth) {
        Node maker = producers.get(value);
        if (maker == null || depth > 3) {
            return graph.constant(value);
        }
        List<Optional<Tensor>> inputs = maker.inputs().stream()
                .map(input -> input.isEmpty() ? Optional.<Tensor>empty() : constant(graph, producers, input, depth + 1))
                .toList();
        boolean known = IntStream.range(0, inputs.size())
                .allMatch(i -> maker.input(i).isEmpty() || inputs.get(i).isPresent());
        return known ? Optional.of(maker.evaluate(inputs).getFirst()) : Optional.empty();
    }
}
