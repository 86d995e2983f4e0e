package io.selvedge.compress.data;

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
}
