package io.selvedge.train.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ListedTest {
    @Test
    void every_code_goes_to_the_half_octave_that_is_nearest_on_a_logarithmic_line() {
        float scale = 0.25f;
        float[] inputs = new float[258];
        for (int code = -1; code <= 256; code++) {
            inputs[code + 1] = code * scale;
        }
        try (PointerScope _ = new PointerScope()) {
            Tensor x = NativeTensor.floats(inputs, inputs.length);
            float[] found = NativeTensor.toFloats(Listed.halfOctaves(x, NativeTensor.floats(new float[] {scale})));
            for (int code = -1; code <= 256; code++) {
                int inside = Math.clamp(code, 0, 255);
                double level =
                        inside == 0 ? 0 : Math.rint(Math.pow(2, Math.rint(2 * Math.log(inside) / Math.log(2)) / 2));
                assertThat(found[code + 1]).as("code %d", code).isEqualTo((float) Math.min(255, level) * scale);
            }
        }
    }
}
