package io.selvedge.runtime;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Makes a part smaller: deflated, or byte by byte as its models say, whichever takes less. {@link PartDecoder} reads it.
 */
final class PartEncoder {
    private PartEncoder() {}

    /**
     * The coded form; empty when it is not smaller.
     *
     * @param cuts offsets at which another tensor begins
     */
    static Optional<byte[]> encode(byte[] plain, SortedSet<Integer> cuts) {
        byte[] deflated = deflated(plain);
        byte[] planes = planes(plain, cuts);
        byte[] best = planes.length < deflated.length ? planes : deflated;
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

    private static byte[] deflated(byte[] plain) {
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
