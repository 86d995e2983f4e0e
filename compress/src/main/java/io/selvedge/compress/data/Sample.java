package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One labelled or unlabelled example, ready for the model.
 *
 * @param name where it came from (file or {@code file[row]}), for messages
 * @param inputs values by model input, row-major, after preprocessing; integer inputs hold whole numbers in range
 * @param label class index, for top-k and AUC
 * @param target wanted output values, for MSE
 */
public record Sample(String name, Map<String, float[]> inputs, OptionalInt label, Optional<float[]> target) {
    public Sample {
        inputs = Map.copyOf(inputs);
    }

    /** As the graph's inputs. @throws SelvedgeException BAD_DATA for a missing input, SHAPE_MISMATCH */
    public Map<String, Tensor> tensors(Graph graph) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            float[] values = inputs.get(input);
            if (values == null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "sample '" + name + "' has no input '" + input + "'; it has " + inputs.keySet());
            }
            TensorType type = graph.type(input);
            if (values.length != type.shape().elements()) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "input '" + input + "' is " + type + " = "
                                + type.shape().elements() + " values; sample '" + name + "' has " + values.length);
            }
            tensors.put(input, Tensor.filled(type, i -> values[i]));
        }
        return tensors;
    }
}
