package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.io.ByteArrayOutputStream;

/**
 * How often each byte occurs among 4096: what a range asymmetric numeral system (rANS; Duda, 2013) codes bytes by. A byte that is
 * expected {@code f} times costs {@code 12 - log2 f} bits.
 */
final class SymbolModel {
    static final int BITS = 12;
    static final int TOTAL = 1 << BITS;
    private static final int SYMBOLS = 256;

    private final int[] frequencies;

    private SymbolModel(int[] frequencies) {
        this.frequencies = frequencies;
    }

    /** The nearest model of a histogram with at least one entry; no byte that occurs gets nothing. */
    static SymbolModel of(long[] histogram) {
        long sum = 0;
        for (long count : histogram) {
            sum += count;
        }
        int[] frequencies = new int[SYMBOLS];
        int left = TOTAL;
        for (int s = 0; s < SYMBOLS; s++) {
            if (histogram[s] > 0) {
                frequencies[s] = (int) Math.max(1, Math.round((double) histogram[s] * TOTAL / sum));
                left -= frequencies[s];
            }
        }
        while (left != 0) {
            int step = left > 0 ? 1 : -1;
            frequencies[cheapest(histogram, frequencies, step)] += step;
            left -= step;
        }
        return new SymbolModel(frequencies);
    }

    /** Where a frequency more saves most bits, or one less costs fewest. */
    private static int cheapest(long[] histogram, int[] frequencies, int step) {
        int best = -1;
        double bestGain = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < SYMBOLS; s++) {
            if (histogram[s] > 0 && frequencies[s] + step >= 1) {
                double gain = histogram[s] * Math.log((frequencies[s] + step) / (double) frequencies[s]);
                if (gain > bestGain) {
                    best = s;
                    bestGain = gain;
                }
            }
        }
        return best;
    }

    int frequency(int symbol) {
        return frequencies[symbol];
    }

    /** The sum of the frequencies of smaller bytes, for every byte. */
    int[] starts() {
        int[] starts = new int[SYMBOLS];
        for (int s = 1; s < SYMBOLS; s++) {
            starts[s] = starts[s - 1] + frequencies[s - 1];
        }
        return starts;
    }

    /** For each of 4096 slots: the byte, in 8 bits; its frequency less one, in 12; the slot's place among the byte's, in 12. */
    int[] slots() {
        int[] slots = new int[TOTAL];
        int at = 0;
        for (int s = 0; s < SYMBOLS; s++) {
            for (int i = 0; i < frequencies[s]; i++) {
                slots[at++] = s | frequencies[s] - 1 << 8 | i << 20;
            }
        }
        return slots;
    }

    /** Frequencies as wholes, in the order of unsigned bytes; behind a 0 stands how many more of them follow. */
    void write(ByteArrayOutputStream out) {
        for (int s = 0; s < SYMBOLS; s++) {
            whole(out, frequencies[s]);
            if (frequencies[s] == 0) {
                int further = 0;
                while (s + 1 < SYMBOLS && frequencies[s + 1] == 0) {
                    further++;
                    s++;
                }
                out.write(further);
            }
        }
    }

    /** @throws ModelException BAD_BUNDLE */
    static SymbolModel read(CodedInput in) {
        int[] frequencies = new int[SYMBOLS];
        int sum = 0;
        for (int s = 0; s < SYMBOLS; s++) {
            long frequency = in.whole();
            require(frequency <= TOTAL - sum);
            frequencies[s] = (int) frequency;
            sum += frequencies[s];
            if (frequency == 0) {
                s += in.octet();
            }
        }
        require(sum == TOTAL);
        return new SymbolModel(frequencies);
    }

    /** An unsigned number, seven bits a byte, lowest first, the top bit set on all but the last. */
    static void whole(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >= 0x80) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new ModelException(Code.BAD_BUNDLE, "the frequencies of a coded part do not add up to " + TOTAL);
        }
    }
}
