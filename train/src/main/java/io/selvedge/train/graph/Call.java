package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One node on its way to libtorch.
 *
 * @param inputs as the hook gives them; absent ones are empty
 * @param momentum share of the batch in running statistics, in training; empty in evaluation
 */
record Call(Node node, Graph graph, List<Optional<Tensor>> inputs, OptionalDouble momentum) {
    Call {
        inputs = List.copyOf(inputs);
    }

    /** The same with inputs of another type. */
    Call as(ScalarType type) {
        return new Call(
                node,
                graph,
                inputs.stream()
                        .map(input -> input.map(tensor -> tensor.to(type)))
                        .toList(),
                momentum);
    }

    boolean has(int index) {
        return index < inputs.size() && inputs.get(index).isPresent();
    }

    Tensor in(int index) {
        return inputs.get(index).orElseThrow();
    }

    TensorOptional optional(int index) {
        return has(index) ? new TensorOptional(in(index)) : new TensorOptional();
    }

    /** The type that the graph, with its own batch, gives an input. */
    TensorType inputType(int index) {
        return graph.type(node.input(index));
    }

    TensorType outputType() {
        return graph.type(node.output());
    }

    int rank(int index) {
        return (int) in(index).dim();
    }

    /** Values of an input that must be constant. */
    Optional<io.selvedge.compiler.ir.Tensor> constant(int index) {
        return node.hasInput(index) ? graph.constant(node.input(index)) : Optional.empty();
    }

    long[] integers(int index) {
        return constant(index).orElseThrow().toLongs();
    }

    /** What the operator's attributes and constants say about these inputs, as they are here with their own batch. */
    List<Optional<io.selvedge.compiler.ir.Tensor>> constants() {
        return node.inputs().stream()
                .map(name -> name.isEmpty() ? Optional.<io.selvedge.compiler.ir.Tensor>empty() : graph.constant(name))
                .toList();
    }

    static long axis(long axis, int rank) {
        return axis < 0 ? axis + rank : axis;
    }
}
