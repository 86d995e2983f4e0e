package io.selvedge.compiler.op;

/**
 * How Resize makes an element of the output from elements of the input along one axis.
 *
 * @param cubic coefficient of the cubic filter, -0.5 or -0.75 as a rule
 * @param antialias when shrinking the filter is widened, so that every element of the input counts
 * @param excludeOutside weights of what lies outside are 0 and the others sum up to 1, instead of repeating the edge
 * @param extrapolation what crops hold outside of the input
 */
public record ResizeRule(
        Resize.Mode mode,
        Resize.Coordinates coordinates,
        Resize.Nearest nearest,
        float cubic,
        boolean antialias,
        boolean excludeOutside,
        float extrapolation) {
    static ResizeRule of(Resize.Mode mode, Resize.Coordinates coordinates, Resize.Nearest nearest) {
        return new ResizeRule(mode, coordinates, nearest, -0.75f, false, false, 0);
    }

    /**
     * The weights of an axis.
     *
     * @param scale output extent over input extent, before it was rounded
     * @param begin of the region that is sampled, as a fraction of the axis; with {@code end} 0 and 1 but for crops
     */
    Sampling sampling(int extent, int length, double scale, double begin, double end) {
        double shrink = antialias && mode != Resize.Mode.NEAREST ? Math.min(1, scale) : 1;
        int radius = mode == Resize.Mode.CUBIC ? 2 : 1;
        int first = (int) Math.floor(-radius / shrink) + 1;
        int taps = mode == Resize.Mode.NEAREST ? 1 : 2 - 2 * first;
        Sampling sampling = new Sampling(taps, new int[length * taps], new double[length * taps], new boolean[length]);
        for (int p = 0; p < length; p++) {
            double at = position(p, extent, length, scale, begin, end);
            sampling.outside()[p] = coordinates == Resize.Coordinates.TF_CROP_AND_RESIZE && (at < 0 || at > extent - 1);
            if (mode == Resize.Mode.NEAREST) {
                sampling.indices()[p] = Math.clamp(pick(at), 0, extent - 1);
                sampling.weights()[p] = 1;
            } else {
                filter(sampling, p, at, (int) Math.floor(at) + first, extent, shrink);
            }
        }
        return sampling;
    }

    private void filter(Sampling to, int p, double at, int first, int extent, double shrink) {
        double sum = 0;
        for (int t = 0; t < to.taps(); t++) {
            int index = first + t;
            boolean inside = index >= 0 && index < extent;
            double weight = excludeOutside && !inside ? 0 : weight(Math.abs(index - at) * shrink);
            to.indices()[p * to.taps() + t] = Math.clamp(index, 0, extent - 1);
            to.weights()[p * to.taps() + t] = weight;
            sum += weight;
        }
        if (antialias || excludeOutside) {
            for (int t = 0; t < to.taps(); t++) {
                to.weights()[p * to.taps() + t] /= sum;
            }
        }
    }

    private double weight(double distance) {
        if (mode == Resize.Mode.LINEAR) {
            return Math.max(0, 1 - distance);
        }
        double a = cubic;
        if (distance <= 1) {
            return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
        }
        return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
    }

    /** Where on the input's axis position p of the output lies. */
    private double position(int p, int extent, int length, double scale, double begin, double end) {
        return switch (coordinates) {
            case HALF_PIXEL -> (p + 0.5) / scale - 0.5;
            case HALF_PIXEL_SYMMETRIC -> extent / 2.0 * (1 - length / (scale * extent)) + (p + 0.5) / scale - 0.5;
            case PYTORCH_HALF_PIXEL -> length > 1 ? (p + 0.5) / scale - 0.5 : 0;
            case ALIGN_CORNERS -> length == 1 ? 0 : p * (extent - 1.0) / (length - 1.0);
            case ASYMMETRIC -> p / scale;
            case TF_HALF_PIXEL_FOR_NN -> (p + 0.5) / scale;
            case TF_CROP_AND_RESIZE ->
                length == 1
                        ? (begin + end) * (extent - 1) / 2
                        : begin * (extent - 1) + p * (end - begin) * (extent - 1) / (length - 1);
        };
    }

    private int pick(double at) {
        return (int)
                switch (nearest) {
                    case ROUND_PREFER_FLOOR -> Math.ceil(at - 0.5);
                    case ROUND_PREFER_CEIL -> Math.floor(at + 0.5);
                    case FLOOR -> Math.floor(at);
                    case CEIL -> Math.ceil(at);
                };
    }
}
