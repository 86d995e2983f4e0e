package io.selvedge.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the suite.
 *
 * @param shapes extents by input, for a file whose own are open
 * @param fill inputs that hold one value, such as an attention mask
 * @param low least value of the other inputs
 * @param high their largest
 * @param load whether it is also measured beside busy processes
 * @param java whether it is also measured in Java alone
 */
record SuiteModel(
        String name,
        Group group,
        Source fp32,
        Source int8,
        Map<String, List<Integer>> shapes,
        Map<String, Integer> fill,
        double low,
        double high,
        boolean load,
        boolean java) {
    SuiteModel {
        shapes = Map.copyOf(shapes);
        fill = Map.copyOf(fill);
    }

    /** What is averaged together. */
    enum Group {
        SMALL,
        LARGE,
        /** Measured, but in no mean. */
        OTHER,
        /** A single layer, images NHWC for us, 8-bit inputs and outputs in int8. */
        LAYER;

        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a form of the model comes from. */
    sealed interface Source {
        /** Built by testkit. */
        record Network(String name) implements Source {}

        /** A file of the folder of models and data beside the project. */
        record Shared(String path) implements Source {}

        /** A resource on the class path, from a jar of Maven's. */
        record Resource(String path) implements Source {}

        /** Made from the other form by our quantiser. */
        record Quantized() implements Source {}

        record None() implements Source {}
    }
}
