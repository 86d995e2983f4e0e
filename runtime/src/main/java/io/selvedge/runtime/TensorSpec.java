package io.selvedge.runtime;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an input or output looks like: dense, row-major, in ONNX's axis order.
 *
 * @param name the model's name for it
 * @param dtype type of the elements
 * @param shape extents, outermost axis first; each at least 1, empty for a scalar
 * @param quantization how integers stand for real numbers, when they do
 * @param open the axis of an output whose extent the data decides; {@code shape} then has the most there can be
 */
public record TensorSpec(
        String name, DType dtype, List<Integer> shape, Optional<Quantization> quantization, Optional<OpenAxis> open) {
    /**
     * An axis that is filled as far as the data says; zeros follow.
     *
     * @param count output, int64 [1], that says how far
     */
    public record OpenAxis(int axis, String count) {}

    /**
     * {@code real = (q - zeroPoint) * scale}.
     *
     * @param scale finite and greater than 0
     * @param zeroPoint the integer that stands for 0
     */
    public record Quantization(float scale, int zeroPoint) {
        public Quantization {
            if (!(scale > 0) || Float.isInfinite(scale)) {
                throw new IllegalArgumentException("scale must be finite and above 0, is " + scale);
            }
        }
    }

    /** @throws IllegalArgumentException when an extent is below 1 or the tensor has 2 GiB or more */
    public TensorSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(quantization, "quantization");
        Objects.requireNonNull(open, "open");
        shape = List.copyOf(shape);
        if (open.isPresent() && (open.get().axis() < 0 || open.get().axis() >= shape.size())) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' has no axis " + open.get().axis());
        }
        long bytes = dtype.byteCount();
        for (int extent : shape) {
            if (extent < 1) {
                throw new IllegalArgumentException(
                        "tensor '" + name + "' has the shape " + shape + "; every extent must be known and at least 1");
            }
            bytes *= extent;
            if (bytes > Integer.MAX_VALUE - Manifest.ALIGNMENT) {
                throw new IllegalArgumentException(
                        "tensor '" + name + "' with the shape " + shape + " needs 2 GiB or more");
            }
        }
    }

    /** A tensor whose extents are known. */
    public TensorSpec(String name, DType dtype, List<Integer> shape, Optional<Quantization> quantization) {
        this(name, dtype, shape, quantization, Optional.empty());
    }

    /** A tensor without quantisation. */
    public static TensorSpec of(String name, DType dtype, List<Integer> shape) {
        return new TensorSpec(name, dtype, shape, Optional.empty(), Optional.empty());
    }

    /** Number of elements: the product of the extents. */
    public int elementCount() {
        return byteCount() / dtype.byteCount();
    }

    /** Bytes of all elements. */
    public int byteCount() {
        int bytes = dtype.byteCount();
        for (int extent : shape) {
            bytes *= extent;
        }
        return bytes;
    }
}
