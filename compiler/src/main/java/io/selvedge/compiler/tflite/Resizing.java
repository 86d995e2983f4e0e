package io.selvedge.compiler.tflite;

import java.util.List;
import java.util.Map;

/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR to the height and width of input 1. */
final class Resizing {
    private Resizing() {}

    static void bilinear(TfliteCall call) {
        boolean corners = call.options().flag(2);
        boolean half = call.options().flag(3);
        resize(
                call,
                call.image(0),
                Map.of("mode", "linear", "coordinate_transformation_mode", coordinates(corners, half)));
    }

    /** Positions are cut off, with corners or centres aligned rounded; half-way ones go up. */
    static void nearest(TfliteCall call) {
        boolean corners = call.options().flag(0);
        boolean half = call.options().flag(1);
        resize(
                call,
                call.image(0),
                Map.of(
                        "mode",
                        "nearest",
                        "coordinate_transformation_mode",
                        coordinates(corners, half),
                        "nearest_mode",
                        corners || half ? "round_prefer_ceil" : "floor"));
    }

    private static String coordinates(boolean corners, boolean half) {
        return corners ? "align_corners" : half ? "half_pixel" : "asymmetric";
    }

    private static void resize(TfliteCall call, String image, Map<String, Object> attributes) {
        List<Integer> size = call.integers(1, "size");
        List<Integer> extents = call.extents(image);
        if (size.size() != 2) {
            throw call.unsupported("needs height and width, got " + size);
        }
        String sizes = call.integers(List.of(extents.get(0), extents.get(1), size.get(0), size.get(1)));
        call.deliverImage(0, call.emit("Resize", attributes, image, "", "", sizes));
    }
}
