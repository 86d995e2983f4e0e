package io.selvedge.compiler.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Packs constants as the kernels read them: blocks of 16 output channels whatever the instruction set (see {@link Kernel}). */
public final class WeightPacking {
    public static final int BLOCK = 16;

    private WeightPacking() {}

    public static int roundUp(int channels) {
        return (channels + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** {@code [OC/16][kernelH*kernelW*runChannels][16]} from OIHW; channels from C to runChannels are zero. */
    public static byte[] conv(float[] oihw, int oc, int c, int kh, int kw, int runChannels) {
        ByteBuffer packed = littleEndian(roundUp(oc) * kh * kw * runChannels * 4);
        for (int o = 0; o < oc; o++) {
            for (int tap = 0; tap < kh * kw; tap++) {
                for (int i = 0; i < c; i++) {
                    int k = tap * runChannels + i;
                    int at = ((o / BLOCK * kh * kw * runChannels) + k) * BLOCK + o % BLOCK;
                    packed.putFloat(at * 4, oihw[(o * c + i) * kh * kw + tap]);
                }
            }
        }
        return packed.array();
    }

    /** {@code [C/16][kernelH*kernelW][16]} from [C,1,H,W]. */
    public static byte[] depthwise(float[] weights, int c, int taps) {
        ByteBuffer packed = littleEndian(roundUp(c) * taps * 4);
        for (int i = 0; i < c; i++) {
            for (int tap = 0; tap < taps; tap++) {
                packed.putFloat(((i / BLOCK * taps + tap) * BLOCK + i % BLOCK) * 4, weights[i * taps + tap]);
            }
        }
        return packed.array();
    }

    /** {@code [OC/16][kernelH][runs][ceil(run/4)][16][4]}; one run per kernel row, or one per tap when {@code tapRuns}. */
    public static byte[] qconv(byte[] oihw, int oc, int c, int kh, int kw, int runChannels, boolean tapRuns) {
        int run = tapRuns ? c : kw * runChannels;
        int runs = tapRuns ? kw : 1;
        int words = (run + 3) / 4;
        byte[] packed = new byte[roundUp(oc) * kh * runs * words * 4];
        for (int o = 0; o < oc; o++) {
            for (int row = 0; row < kh; row++) {
                for (int col = 0; col < kw; col++) {
                    for (int i = 0; i < c; i++) {
                        int r = tapRuns ? row * kw + col : row;
                        int k = tapRuns ? i : col * runChannels + i;
                        int word = (o / BLOCK * kh * runs + r) * words + k / 4;
                        packed[(word * BLOCK + o % BLOCK) * 4 + k % 4] = oihw[((o * c + i) * kh + row) * kw + col];
                    }
                }
            }
        }
        return packed;
    }

    /** {@code [C/16][ceil(kernelH/4)][kernelW][16][4]}: four vertical taps in a word. */
    public static byte[] qdepthwise(byte[] weights, int c, int kh, int kw) {
        int groups = (kh + 3) / 4;
        byte[] packed = new byte[roundUp(c) * groups * kw * 4];
        for (int i = 0; i < c; i++) {
            for (int row = 0; row < kh; row++) {
                for (int col = 0; col < kw; col++) {
                    int word = ((i / BLOCK * groups + row / 4) * kw + col) * BLOCK + i % BLOCK;
                    packed[word * 4 + row % 4] = weights[(i * kh + row) * kw + col];
                }
            }
        }
        return packed;
    }

    /** f32 vector padded with zeros to a multiple of 16. */
    public static byte[] vector(float[] values) {
        ByteBuffer packed = littleEndian(roundUp(values.length) * 4);
        packed.asFloatBuffer().put(values);
        return packed.array();
    }

    /** int32 vector padded with zeros to a multiple of 16. */
    public static byte[] vector(int[] values) {
        ByteBuffer packed = littleEndian(roundUp(values.length) * 4);
        packed.asIntBuffer().put(values);
        return packed.array();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
