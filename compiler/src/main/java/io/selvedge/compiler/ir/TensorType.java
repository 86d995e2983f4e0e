package io.selvedge.compiler.ir;

/** Element type and shape of a value. */
public record TensorType(DType dtype, Shape shape) {
    public static TensorType of(DType dtype, long... extents) {
        return new TensorType(dtype, Shape.of(extents));
    }

    @Override
    public String toString() {
        return dtype.text() + shape;
    }
}
