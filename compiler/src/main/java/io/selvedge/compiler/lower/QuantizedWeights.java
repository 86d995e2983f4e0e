package io.selvedge.compiler.lower;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Symmetric int8 weights of a convolution or matrix product, output channels first, with one scale or one per channel. */
record QuantizedWeights(Tensor values, List<Float> scales) {

    static Optional<QuantizedWeights> of(Graph graph, QuantizedWires wires, Node node) {
        Optional<Node> dq = wires.producer(node.input(1)).filter(n -> QuantizedWires.is(n, "DequantizeLinear"));
        if (dq.isEmpty()) {
            return Optional.empty();
        }
        Optional<Tensor> q = graph.constant(dq.get().input(0));
        Optional<Tensor> scale = graph.constant(dq.get().input(1));
        if (q.isEmpty()
                || scale.isEmpty()
                || q.get().dtype() != DType.INT8 && q.get().dtype() != DType.UINT8) {
            return Optional.empty();
        }
        int shift = q.get().dtype() == DType.UINT8 ? 128 : 0;
        Optional<Tensor> zero = graph.constant(dq.get().input(2));
        if (shift != 0 && zero.isEmpty()) {
            return Optional.empty();
        }
        for (int i = 0; zero.isPresent() && i < zero.get().elements(); i++) {
            if (zero.get().getLong(i) != shift) {
                return Optional.empty();
            }
        }
        boolean conv = node.op().type().equals("Conv");
        if (!conv && q.get().shape().rank() != 2 || !conv && !plainGemm(node)) {
            return Optional.empty();
        }
        boolean transposed = !conv && QuantizedWires.integer(node, "transB", 0) == 0;
        long axis = QuantizedWires.integer(dq.get(), "axis", 1);
        if (scale.get().elements() > 1 && (axis < 0 ? axis + q.get().shape().rank() : axis) != (transposed ? 1 : 0)) {
            return Optional.empty();
        }
        List<Float> scales = new ArrayList<>();
        for (float s : scale.get().toFloats()) {
            scales.add(s);
        }
        return Optional.of(new QuantizedWeights(outputFirst(q.get(), transposed, shift), scales));
    }

    private static boolean plainGemm(Node node) {
        return QuantizedWires.integer(node, "transA", 0) == 0
                && QuantizedWires.real(node, "alpha", 1) == 1
                && QuantizedWires.real(node, "beta", 1) == 1;
    }

    private static Tensor outputFirst(Tensor q, boolean transposed, int shift) {
        if (!transposed) {
            return Tensor.filled(new TensorType(DType.INT8, q.shape()), i -> q.getLong(i) - shift);
        }
        int k = q.shape().extent(0);
        int n = q.shape().extent(1);
        return Tensor.filled(TensorType.of(DType.INT8, n, k), i -> q.getLong(i % k * n + i / k) - shift);
    }

    /** The int32 bias at scale sx*sw: as the file has it, or rounded from a float constant. Empty when absent or not constant. */
    Optional<Tensor> bias(Graph graph, QuantizedWires wires, Node node, float scaleX) {
        if (!node.hasInput(2)) {
            return Optional.empty();
        }
        Optional<Node> dq = wires.producer(node.input(2)).filter(n -> QuantizedWires.is(n, "DequantizeLinear"));
        if (dq.isPresent()) {
            Optional<Tensor> stored = graph.constant(dq.get().input(0)).filter(t -> t.dtype() == DType.INT32);
            Optional<Tensor> stepsOfFile = graph.constant(dq.get().input(1));
            if (stored.isEmpty() || stepsOfFile.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(rounded(stored.get().elements(), i -> {
                float step = stepsOfFile.get().getFloat(stepsOfFile.get().elements() == 1 ? 0 : i);
                float ours = step(scaleX, i);
                // scales that agree but for the last bit are the same scale
                return Math.abs(step - ours) <= 1e-5 * ours
                        ? (double) stored.get().getLong(i)
                        : Math.rint((double) stored.get().getLong(i) * step / ours);
            }));
        }
        return graph.constant(node.input(2))
                .map(values ->
                        rounded(values.elements(), i -> Math.rint((double) values.getFloat(i) / step(scaleX, i))));
    }

    private float step(float scaleX, int channel) {
        return scaleX * scales.get(scales.size() == 1 ? 0 : channel);
    }

    private static Tensor rounded(int count, java.util.function.IntToDoubleFunction value) {
        return Tensor.filled(TensorType.of(DType.INT32, count), value);
    }
}
