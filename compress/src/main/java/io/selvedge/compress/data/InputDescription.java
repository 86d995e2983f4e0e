package io.selvedge.compress.data;

import io.selvedge.compiler.image.Colour;
import io.selvedge.compiler.ir.DType;
import java.util.List;
import java.util.Optional;

/**
 * How stored values become a model input: {@code x' = ((x + offset) * scale - mean) / std}. Integer dtypes round half to
 * even and clamp to their range.
 *
 * @param name the model's input
 * @param layout where the channel axis is: 1 (NCHW) or last (NHWC)
 * @param colour channel order of images
 * @param size height and width that images are resized to; without it all images must have one size
 * @param mean one value, or one per channel
 * @param std one value, or one per channel; never 0
 */
public record InputDescription(
        String name,
        Layout layout,
        Colour colour,
        Optional<ImageSize> size,
        DType dtype,
        double offset,
        double scale,
        List<Double> mean,
        List<Double> std) {
    public InputDescription {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /** Order of the axes batch, channel, height, width. */
    public enum Layout {
        NCHW,
        NHWC
    }

    /** Extents of an image in pixels. */
    public record ImageSize(int height, int width) {}
}
