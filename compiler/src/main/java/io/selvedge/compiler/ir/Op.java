package io.selvedge.compiler.ir;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An operator with its attributes. The set is open: one record, one file, one line in the catalogue; or a plugin's.
 * Operators of one type with equal attributes compute the same, so the attributes state everything.
 */
public interface Op {
    /** ONNX operator type, or the fused form's name. */
    String type();

    /** Empty for ai.onnx, {@code selvedge} for fused forms, a plugin's own for what a plugin adds. */
    default String domain() {
        return "";
    }

    /** Version of a plugin's domain that has this form of the operator, as the exported model imports it. */
    default int domainVersion() {
        return 1;
    }

    /** Attributes as ONNX writes them: values are Long, Float, String, Tensor, long[], float[] or String[]; sorted by name. */
    Map<String, Object> attributes();

    /** Types of the outputs.
     *  @param inputs types, absent optional inputs empty
     *  @param constants values of the inputs that are known, position by position (shape arithmetic) */
    List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants);

    /** Values that follow from the types of the inputs alone ({@code Shape}, {@code Size}); empty for every other operator. */
    default Optional<Tensor> valueFromTypes(List<Optional<TensorType>> inputs) {
        return Optional.empty();
    }

    /** Whether it draws random numbers: two of them with equal inputs differ, and nothing is known before they run. */
    default boolean isRandom() {
        return false;
    }

    /** Multiply-accumulate operations of one run, for reports; 0 for operators that are not sums of products. */
    default long macs(List<TensorType> inputs, List<TensorType> outputs) {
        return 0;
    }

    /** Scalar reference evaluation: the oracle inside the project and the constant folder. Absent optional inputs are empty. */
    List<Tensor> evaluate(List<Optional<Tensor>> inputs);
}
