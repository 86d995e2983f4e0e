package io.selvedge.compress.data;

/**
 * Random changes of inputs while training.
 *
 * @param flip whether images are mirrored left to right half of the time
 * @param shift largest shift along every axis behind the channels; what comes in repeats the edge
 * @param noise standard deviation of added noise, as a share of the input's own
 * @param gain largest relative change of the amplitude
 * @param mix largest share of another sample that a sample becomes; only a teacher can say what is right then
 */
public record Augmentation(boolean flip, int shift, double noise, double gain, double mix) {
    /** Inputs as they are. */
    public static final Augmentation NONE = new Augmentation(false, 0, 0, 0, 0);
}
