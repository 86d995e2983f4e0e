package io.selvedge.compiler.ir;

import java.util.List;
import java.util.Optional;

/** One operator application. Values are named; an absent optional input is the empty name. */
public record Node(String name, Op op, List<String> inputs, List<String> outputs) {
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Name of an input; empty for an optional one that is absent. */
    public String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    /** Whether an optional input is there. */
    public boolean hasInput(int index) {
        return !input(index).isEmpty();
    }

    /** Name of the first output. */
    public String output() {
        return outputs.getFirst();
    }

    /** Types of the outputs, as {@link Op#infer} gives them. */
    public List<TensorType> infer(List<Optional<TensorType>> types, List<Optional<Tensor>> constants) {
        return PluginCode.results(this, "infer", () -> op.infer(types, constants));
    }

    /** Values of the outputs, as {@link Op#evaluate} gives them; those of a plugin's operator have the types that it infers. */
    public List<Tensor> evaluate(List<Optional<Tensor>> values) {
        List<Tensor> results = PluginCode.results(this, "evaluate", () -> op.evaluate(values));
        if (PluginCode.isOf(op)) {
            PluginCode.requireInferred(this, values, results);
        }
        return results;
    }
}
