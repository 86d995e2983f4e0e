package io.selvedge.runtime;

import java.util.Arrays;

/**
 * How likely the next bit of a part is a 1, learned from the bits before: a small relative of PAQ (Mahoney, 2005). Every context
 * remembers what followed it; a longest match says what followed there; a mixer weighs what they say by how right they were.
 * All in whole numbers, so that every JVM predicts the same.
 */
final class BitPredictor {
    /** Probabilities are of 4096, never 0 and never 4096. */
    static final int BITS = 12;

    private static final int ONE = 1 << BITS;
    /** Which bytes before the next one, the last is 1, a context is. Found by trial on libraries of 8-bit nets. */
    private static final int[][] CONTEXTS = {{}, {1}, {2}, {1, 2}, {1, 3}, {3, 4}, {5, 6}, {6, 7}};

    /** Of 65536; so large that it is hardly met, so small that sums stay within an int. */
    private static final int MOST_WEIGHT = 1 << 18;

    private static final int INPUTS = 2 * CONTEXTS.length + 2;
    /** A context that has been seen as often adapts by a share of 1 / (this + 1.3). */
    private static final int MOST_SEEN = 16;

    private static final int SEEN_MASK = 31;
    private static final int LONGEST_MATCH = 31;
    private static final int SHORTEST_MATCH = 4;
    private static final int[] SQUASHED = squashed();
    private static final int[] STRETCHED = stretched();
    private static final int[] RATES = rates();

    private final byte[] bytes;
    private final int tableBits;
    /** For each context and bit: its probability of 65536 in the upper bits, how often it was seen in the lower five. */
    private final int[] slots;

    private final int[] contexts = new int[CONTEXTS.length];
    private final int[] at = new int[CONTEXTS.length];
    private final int[] inputs = new int[INPUTS];
    /** Three sets of weights are added: by the bits of this byte so far, by the byte before, by the match's length. */
    private final int[] weights = new int[(256 + 256 + LONGEST_MATCH + 1) * INPUTS];

    private final int[] sets = new int[3];
    private final int[] refined = new int[256 * 33];
    private final int[] matchTable;
    private final int[] matchRight = new int[LONGEST_MATCH + 1];
    private int known;
    private int sofar = 1;
    private int matchAt;
    private int matchLength;
    private int matchBit;
    private int matchLevel;
    private int mixed;
    private int nearest;

    /** @param bytes that the part has or will have; only those before the next one are read */
    BitPredictor(byte[] bytes) {
        this.bytes = bytes;
        int bits = 32 - Integer.numberOfLeadingZeros(bytes.length);
        tableBits = Math.max(12, bits + 3);
        slots = new int[CONTEXTS.length << tableBits];
        Arrays.fill(slots, 1 << 31);
        matchTable = new int[1 << Math.max(8, bits)];
        Arrays.fill(matchRight, 1 << 15);
        Arrays.fill(weights, (1 << 16) / 20);
        for (int i = 0; i < refined.length; i++) {
            refined[i] = squash((i % 33 - 16) * 128) * 16;
        }
        beginByte();
    }

    /** The probability that the next bit, of a byte the highest first, is a 1. */
    int next() {
        for (int i = 0; i < contexts.length; i++) {
            int hash = (contexts[i] + sofar * 0x3d4d51cb) * 0x9e3779b1;
            at[i] = (i << tableBits) + ((hash ^ hash >>> 13) >>> 32 - tableBits);
            int slot = slots[at[i]];
            int seen = slot & SEEN_MASK;
            int p = slot >>> 16;
            inputs[2 * i] = seen == 0 ? 0 : STRETCHED[p >>> 4];
            inputs[2 * i + 1] = seen == 0 ? 0 : (p - 32768) * seen >> 9;
        }
        matchLevel = 0;
        inputs[INPUTS - 2] = 0;
        if (matchLength > 0) {
            int expected = bytes[matchAt] & 0xff | 0x100;
            int left = Integer.numberOfLeadingZeros(sofar) - Integer.numberOfLeadingZeros(expected);
            if (expected >>> left == sofar) {
                matchBit = expected >>> left - 1 & 1;
                matchLevel = Math.min(matchLength, LONGEST_MATCH);
                int input = STRETCHED[matchRight[matchLevel] >>> 4];
                inputs[INPUTS - 2] = matchBit == 1 ? input : -input;
            } else {
                matchLength = 0;
            }
        }
        inputs[INPUTS - 1] = 256;
        sets[0] = sofar * INPUTS;
        sets[1] = (256 + (known == 0 ? 0 : bytes[known - 1] & 0xff)) * INPUTS;
        sets[2] = (512 + matchLevel) * INPUTS;
        int sum = 0;
        for (int i = 0; i < INPUTS; i++) {
            sum += (weights[sets[0] + i] + weights[sets[1] + i] + weights[sets[2] + i] >> 4) * inputs[i];
        }
        int stretched = Math.max(-2047, Math.min(2047, sum >> 12));
        mixed = squash(stretched);
        int cell = sofar * 33 + (stretched + 2048 >> 7);
        int between = stretched + 2048 & 127;
        nearest = between < 64 ? cell : cell + 1;
        int finer = refined[cell] * (128 - between) + refined[cell + 1] * between >> 11;
        return Math.max(1, Math.min(ONE - 1, mixed * 3 + finer >> 2));
    }

    /** The last number of the lower part when {@code low} to {@code high}, unsigned, is divided as a 1 and a 0 are likely. */
    static int between(int low, int high, int one) {
        int range = high - low;
        return low + (range >>> BITS) * one + ((range & ONE - 1) * one >>> BITS);
    }

    /** Learns what the bit was. The byte itself must be in the array when its last bit is learned. */
    void learn(int bit) {
        int error = ((bit << BITS) - mixed) * 6;
        for (int i = 0; i < INPUTS; i++) {
            int change = inputs[i] * error + (1 << 13) >> 14;
            for (int set : sets) {
                weights[set + i] = Math.max(-MOST_WEIGHT, Math.min(MOST_WEIGHT, weights[set + i] + change));
            }
        }
        int goal = bit == 1 ? 65535 : 0;
        refined[nearest] += goal - refined[nearest] >> 6;
        for (int place : at) {
            int slot = slots[place];
            int seen = slot & SEEN_MASK;
            int p = slot >>> 16;
            p += (goal - p) * RATES[seen] >> 15;
            slots[place] = Math.max(32, Math.min(65503, p)) << 16 | Math.min(MOST_SEEN, seen + 1);
        }
        if (matchLevel > 0) {
            matchRight[matchLevel] += (matchBit == bit ? 65535 : 0) - matchRight[matchLevel] >> 5;
        }
        sofar = sofar << 1 | bit;
        if (sofar >= 256) {
            sofar = 1;
            known++;
            if (known < bytes.length) {
                follow();
                beginByte();
            }
        }
    }

    /** Where the last bytes stood before, the next byte may follow again. */
    private void follow() {
        if (matchLength > 0) {
            matchAt++;
            matchLength++;
        }
        if (known < SHORTEST_MATCH) {
            return;
        }
        int hash = 0;
        for (int i = 1; i <= SHORTEST_MATCH; i++) {
            hash = hash * 0x2f0b4c47 + bytes[known - i];
        }
        int place = (hash * 0x9e3779b1) >>> 32 - Integer.numberOfTrailingZeros(matchTable.length);
        if (matchLength == 0) {
            matchAt = matchTable[place];
            while (matchLength < Math.min(LONGEST_MATCH, matchAt)
                    && bytes[matchAt - 1 - matchLength] == bytes[known - 1 - matchLength]) {
                matchLength++;
            }
            matchLength = matchLength < SHORTEST_MATCH ? 0 : matchLength;
        }
        matchTable[place] = known;
    }

    private void beginByte() {
        for (int i = 0; i < contexts.length; i++) {
            int hash = i;
            for (int back : CONTEXTS[i]) {
                hash = hash * 0x2c1b3c6d + (known < back ? 0 : bytes[known - back] & 0xff) + 1;
                hash ^= hash >>> 15;
            }
            contexts[i] = hash * 0x2c1b3c6d;
        }
    }

    /** {@code 4096 / (1 + e^(-x / 256))}. */
    private static int squash(int x) {
        return SQUASHED[x + 2048];
    }

    private static int[] squashed() {
        int[] eighths = {
            1, 2, 3, 6, 10, 16, 27, 45, 73, 120, 194, 310, 488, 747, 1101, 1546, 2047, 2549, 2994, 3348, 3607, 3785,
            3901, 3975, 4022, 4050, 4068, 4079, 4085, 4089, 4092, 4093, 4094
        };
        int[] table = new int[ONE + 1];
        for (int i = 0; i < ONE; i++) {
            int part = i & 127;
            table[i] = eighths[i >> 7] * (128 - part) + eighths[(i >> 7) + 1] * part + 64 >> 7;
        }
        table[ONE] = ONE - 1;
        return table;
    }

    /** The inverse of {@link #squash}. */
    private static int[] stretched() {
        int[] table = new int[ONE];
        int from = 0;
        for (int x = -2047; x < 2048; x++) {
            int to = squash(x);
            Arrays.fill(table, from, Math.max(from, to + 1), x);
            from = Math.max(from, to + 1);
        }
        Arrays.fill(table, from, ONE, 2047);
        return table;
    }

    private static int[] rates() {
        int[] table = new int[MOST_SEEN + 1];
        for (int seen = 0; seen <= MOST_SEEN; seen++) {
            table[seen] = (10 << 15) / (10 * seen + 13);
        }
        return table;
    }
}
