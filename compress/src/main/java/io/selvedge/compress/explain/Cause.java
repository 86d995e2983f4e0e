package io.selvedge.compress.explain;

/** Why a layer loses signal. */
public enum Cause {
    WRONG_INPUT_SCALE(
            "the input's range is not the data's",
            "calibrate again on data that are preprocessed as here, or correct scale, offset, mean and std of the data",
            Remedy.RECALIBRATE),
    SATURATION("activations are clipped", "calibrate with a wider range", Remedy.RECALIBRATE),
    RANGE_TOO_WIDE("the range is wider than the activations", "calibrate with a narrower range", Remedy.RECALIBRATE),
    OUTLIER_ACTIVATION(
            "a few activations stretch the range", "clip them: a percentile or least-error range", Remedy.RECALIBRATE),
    MISMATCHED_RANGES(
            "values of different ranges share a scale at a concat or sum",
            "equalise the layers in front of it",
            Remedy.EQUALIZE),
    UNEQUAL_CHANNELS("channels of very different size share a scale", "equalise the layers", Remedy.EQUALIZE),
    OUTLIER_CHANNEL(
            "one channel's weights stretch the scale of all", "a weight scale per channel", Remedy.WEIGHTS_PER_CHANNEL),
    PER_TENSOR_DEPTHWISE(
            "one weight scale for all channels of a depthwise layer",
            "a weight scale per channel",
            Remedy.WEIGHTS_PER_CHANNEL),
    COARSE_WEIGHTS("weights are rounded coarsely", "quantise the weights again", Remedy.WEIGHTS_PER_CHANNEL),
    OTHER_WEIGHTS(
            "the weights are not the original's, rounded",
            "quantise the original's weights",
            Remedy.WEIGHTS_PER_CHANNEL),
    ZERO_CHANNELS("channels were rounded to zero", "a weight scale per channel", Remedy.WEIGHTS_PER_CHANNEL),
    BIAS_OVERFLOW(
            "a bias does not fit its 32 bits",
            "larger weight scales where the bias is large",
            Remedy.WEIGHTS_PER_CHANNEL),
    BIAS_SHIFT("the bias does not take back the weights' mean error", "correct the bias", Remedy.WEIGHTS_PER_CHANNEL),
    UNFOLDED_BATCH_NORM(
            "a batch norm stands behind the layer, so that its result is rounded once more",
            "fold it and quantise again",
            Remedy.QUANTIZE_AGAIN),
    ROUNDING("8 bits are few for this layer", "keep it in float", Remedy.KEEP_FLOAT);

    /** What is done about it. */
    public enum Remedy {
        RECALIBRATE,
        WEIGHTS_PER_CHANNEL,
        EQUALIZE,
        QUANTIZE_AGAIN,
        KEEP_FLOAT
    }

    private final String text;
    private final String advice;
    private final Remedy remedy;

    Cause(String text, String advice, Remedy remedy) {
        this.text = text;
        this.advice = advice;
        this.remedy = remedy;
    }

    /** A clause that says what is wrong. */
    public String text() {
        return text;
    }

    /** What to do. */
    public String advice() {
        return advice;
    }

    public Remedy remedy() {
        return remedy;
    }

    /** As in JSON: {@code saturation}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
