package io.selvedge.compress.explain;

/**
 * One thing that is wrong.
 *
 * @param layer name of the original's node that suffers
 * @param value the original's activation that it is about; empty when it is about the layer's weights
 * @param detail the figures behind it
 * @param noiseDb noise of this alone in the layer's result against its signal, in dB; the higher the worse
 * @param costBytes what the fix adds to the model
 */
public record Finding(String layer, String value, Cause cause, String detail, double noiseDb, long costBytes) {}
