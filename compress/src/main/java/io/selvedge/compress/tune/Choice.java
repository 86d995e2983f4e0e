package io.selvedge.compress.tune;

/**
 * The form that a layer's kernel takes because it was timed.
 *
 * @param form that was fastest, the cost model's unless another one was clearly faster
 * @param was what the cost model takes
 * @param micros median time of the layer so
 * @param wasMicros the same in the cost model's form
 */
public record Choice(String form, String was, double micros, double wasMicros) {
    /** Whether timing changed something. */
    public boolean changes() {
        return !form.equals(was);
    }

    /** The cost model's form after all. */
    Choice kept() {
        return new Choice(was, was, wasMicros, wasMicros);
    }
}
