package io.selvedge.compiler.program;

/** How a buffer's elements lie in memory. */
public sealed interface Layout {
    /** Dense, in the order of the ONNX shape. */
    record RowMajor() implements Layout {}

    /**
     * {@code [n][top + h + bottom][left + w + right][channelPitch]} for a value of ONNX shape [N,C,H,W] (missing spatial
     * axes count as 1). The border holds the buffer's pad value, so that convolutions read it without tests; channels
     * between C and channelPitch are finite garbage in f32 and anything in 8 bits.
     */
    record ChannelsLast(int channelPitch, int top, int left, int bottom, int right) implements Layout {}
}
