package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Node;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What is done to a parameter or an activation before an operator reads it: a mask, fake quantisation, a learned step.
 * Compression enters training here and never touches the operators. What it returns may live as long as the step, so nothing
 * need be released; what it keeps between steps it retains and closes itself.
 */
public interface Hook extends AutoCloseable {
    /** Every operator reads what is there. */
    Hook NONE = (reader, input, value) -> value;

    /**
     * The value that an operator reads in place of another; {@code reader.input(input)} is its name.
     *
     * @param value as another operator made it, or the parameter
     * @return the same instance where nothing is done
     */
    Tensor read(Node reader, int input, Tensor value);

    /** The value that the graph gives in place of an output of this name; as what operators read. */
    default Tensor output(String name, Tensor value) {
        return value;
    }

    /** Tensors of its own that training moves (learned steps), by a name that no value of the graph has. */
    default Map<String, Tensor> learned() {
        return Map.of();
    }

    @Override
    default void close() {}
}
