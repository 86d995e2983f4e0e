package io.selvedge.runtime;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Makes a part smaller: deflated, byte by byte as its models say, or bit by bit as a {@link BitPredictor} says, whichever takes
 * least. {@link PartDecoder} reads it.
 */
final class PartEncoder {
    private PartEncoder() {}

    /**
     * The coded form that is quick to decode; empty when it is not smaller.
     *
     * @param cuts offsets at which another tensor begins
     */
    static Optional<byte[]> encode(byte[] plain, SortedSet<Integer> cuts) {
        return smaller(plain, shorter(deflated(plain), planes(plain, cuts)));
    }

    /** The smallest form, which may be slow to decode, for a part that is not read whenever the model is loaded. */
    static Optional<byte[]> encodeSmallest(byte[] plain) {
        byte[] quick = shorter(deflated(plain), planes(plain, new TreeSet<>()));
        return smaller(plain, plain.length <= PartDecoder.PIECE_BYTES ? shorter(quick, mixed(plain)) : quick);
    }

    private static byte[] shorter(byte[] one, byte[] other) {
        return other.length < one.length ? other : one;
    }

    private static Optional<byte[]> smaller(byte[] plain, byte[] best) {
        return best.length < plain.length && PartDecoder.isPlausible(plain.length, best.length)
                ? Optional.of(best)
                : Optional.empty();
    }

    private static ByteArrayOutputStream begin(int method, byte[] plain) {
        CRC32 crc = new CRC32();
        crc.update(plain);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(method);
        four(out, (int) crc.getValue());
        return out;
    }

    private static void four(ByteArrayOutputStream out, int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(value >>> shift);
        }
    }

    static byte[] deflated(byte[] plain) {
        ByteArrayOutputStream out = begin(PartDecoder.DEFLATED, plain);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(plain);
            deflater.finish();
            byte[] piece = new byte[PartDecoder.PIECE_BYTES];
            while (!deflater.finished()) {
                out.write(piece, 0, deflater.deflate(piece));
            }
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    private static byte[] mixed(byte[] plain) {
        ByteArrayOutputStream out = begin(PartDecoder.MIXED, plain);
        BitPredictor predictor = new BitPredictor(plain);
        int low = 0;
        int high = -1;
        for (byte symbol : plain) {
            for (int shift = 7; shift >= 0; shift--) {
                int bit = symbol >> shift & 1;
                int middle = BitPredictor.between(low, high, predictor.next());
                high = bit == 1 ? middle : high;
                low = bit == 1 ? low : middle + 1;
                while ((low ^ high) >>> 24 == 0) {
                    out.write(low >>> 24);
                    low <<= 8;
                    high = high << 8 | 0xff;
                }
                predictor.learn(bit);
            }
        }
        four(out, low);
        return out.toByteArray();
    }

    private static byte[] planes(byte[] plain, SortedSet<Integer> cuts) {
        ModelChoice choice = ModelChoice.of(plain, cuts);
        ByteArrayOutputStream out = begin(PartDecoder.PLANES, plain);
        out.write(choice.models().size());
        choice.models().forEach(model -> model.write(out));
        PlaneRun.write(out, choice.runs());
        Backwards symbols = new Backwards(plain, choice.models());
        int end = plain.length;
        for (int i = choice.runs().size() - 1; i >= 0; i--) {
            PlaneRun run = choice.runs().get(i);
            symbols.run(run, end - (int) run.bytes());
            end -= (int) run.bytes();
        }
        four(out, symbols.state);
        out.write(symbols.out, symbols.at, symbols.out.length - symbols.at);
        return out.toByteArray();
    }

    /** What is decoded first is coded last: a state is a stack of symbols. */
    private static final class Backwards {
        private final byte[] plain;
        private final List<SymbolModel> models;
        private final List<int[]> starts = new ArrayList<>();
        /** A byte costs 12 bits at most. */
        private final byte[] out;

        private int at;
        private int state = PartDecoder.LOWEST_STATE;

        Backwards(byte[] plain, List<SymbolModel> models) {
            this.plain = plain;
            this.models = models;
            models.forEach(model -> starts.add(model.starts()));
            this.out = new byte[Math.toIntExact(plain.length * 3L / 2 + 8)];
            this.at = out.length;
        }

        void run(PlaneRun run, int from) {
            int width = run.models().length;
            int most = Math.min(PartDecoder.PIECE_BYTES, plain.length) / width;
            int elements = (int) run.elements();
            for (int first = (elements - 1) / most * most; first >= 0; first -= most) {
                int count = Math.min(most, elements - first);
                for (int plane = width - 1; plane >= 0; plane--) {
                    for (int i = count - 1; i >= 0; i--) {
                        put(run.models()[plane], plain[from + (first + i) * width + plane] & 0xff);
                    }
                }
            }
        }

        private void put(int model, int symbol) {
            if (model == PlaneRun.RAW) {
                out[--at] = (byte) symbol;
                return;
            }
            int frequency = models.get(model).frequency(symbol);
            if (state >= (long) frequency << 19) {
                out[--at] = (byte) state;
                out[--at] = (byte) (state >>> 8);
                state >>>= 16;
            }
            state = (state / frequency << SymbolModel.BITS) + state % frequency + starts.get(model)[symbol];
        }
    }
}
