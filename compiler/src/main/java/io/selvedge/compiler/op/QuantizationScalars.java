package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.Optional;

/** Constant per-tensor scale and zero point of a QuantizeLinear or DequantizeLinear that runs on its own. */
record QuantizationScalars(float scale, int zeroPoint) {
    static Optional<QuantizationScalars> of(Node node, Graph graph) {
        Optional<Tensor> scale = graph.constant(node.input(1)).filter(t -> t.elements() == 1);
        Optional<Tensor> zero = node.hasInput(2) ? graph.constant(node.input(2)) : Optional.empty();
        if (scale.isEmpty() || node.hasInput(2) && zero.isEmpty()) {
            return Optional.empty();
        }
        int zeroPoint = zero.map(z -> (int) z.getLong(0)).orElse(0);
        return Optional.of(new QuantizationScalars(scale.get().getFloat(0), zeroPoint));
    }
}
