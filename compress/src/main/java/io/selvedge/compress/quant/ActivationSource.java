package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import java.util.Map;
import java.util.function.BiConsumer;

/** Runs the float model on one sample and shows every activation by name. */
@FunctionalInterface
public interface ActivationSource {
    void run(Map<String, Tensor> inputs, BiConsumer<String, Tensor> visitor);

    /** By the scalar reference: slow, needs no compiler. */
    static ActivationSource reference(Graph graph) {
        return (inputs, visitor) -> ReferenceEvaluator.run(graph, inputs, visitor);
    }
}
