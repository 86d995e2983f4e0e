package io.selvedge.compress.deploy;

import io.selvedge.compiler.ir.Graph;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A sample whose floats are rounded to four levels, from their least to their greatest value: as a golden vector it shows as well
 * whether code computes what it did, and an image takes a few hundred bytes where it would be a tenth of a small bundle.
 */
final class FewLevels {
    private static final int STEPS = 3;

    private FewLevels() {}

    /** The same with other floats; integers may be indices and stay. */
    static Map<String, float[]> of(Map<String, float[]> sample, Graph graph) {
        Map<String, float[]> few = new LinkedHashMap<>();
        sample.forEach(
                (input, values) -> few.put(input, graph.type(input).dtype().isFloat() ? rounded(values) : values));
        return few;
    }

    private static float[] rounded(float[] values) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        float step = (high - low) / STEPS;
        if (!(step > 0 && Float.isFinite(step))) {
            return values;
        }
        float[] few = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            few[i] = low + Math.round((values[i] - low) / step) * step;
        }
        return few;
    }
}
