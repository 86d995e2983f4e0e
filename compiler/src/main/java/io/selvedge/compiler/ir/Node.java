package io.selvedge.compiler.ir;

import java.util.List;

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
}
