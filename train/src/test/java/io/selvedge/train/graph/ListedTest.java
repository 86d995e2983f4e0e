package io.selvedge.train.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListedTest {
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void every_code_goes_to_the_level_that_is_nearest_on_a_logarithmic_line(int levels) {
        float scale = 0.25f;
        float[] inputs = new float[258];
        for (int code = -1; code <= 256; code++) {
            inputs[code + 1] = code * scale;
        }
        try (PointerScope _ = new PointerScope()) {
            Tensor x = NativeTensor.floats(inputs, inputs.length);
            float[] found = NativeTensor.toFloats(Listed.octaves(x, NativeTensor.floats(new float[] {scale}), levels));
            for (int code = -1; code <= 256; code++) {
                int inside = Math.clamp(code, 0, 255);
                double level = inside == 0
                        ? 0
                        : Math.rint(Math.pow(2, Math.rint(levels * Math.log(inside) / Math.log(2)) / levels));
                assertThat(found[code + 1]).as("code %d", code).isEqualTo((float) Math.min(255, level) * scale);
            }
        }
    }
}
