package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Gives the plain bytes of a coded part, in pieces of at most 64 KiB, which with 16 KiB for each model is all the memory that it
 * takes. docs/bundle-format.md describes the form; {@link PartEncoder} writes it.
 */
final class PartDecoder {
    static final int DEFLATED = 1;
    static final int PLANES = 2;
    /** Only parts that are one piece: it takes microseconds a byte. */
    static final int MIXED = 3;

    static final int HEAD_BYTES = 5;
    static final int PIECE_BYTES = 1 << 16;
    /** States are at least this; below it two more bytes are taken in. */
    static final int LOWEST_STATE = 1 << 15;
    /** No part is so regular that it needs fewer bytes than a part of this of its length. */
    private static final int MOST_TIMES = 1024;

    private static final int ALWAYS_FINE_BYTES = 1 << 20;

    private final CodedInput in;
    private final Consumer<ByteBuffer> sink;
    private final CRC32 crc = new CRC32();
    private final byte[] piece;
    private int state;

    private PartDecoder(CodedInput in, long length, Consumer<ByteBuffer> sink) {
        this.in = in;
        this.sink = sink;
        this.piece = new byte[(int) Math.min(PIECE_BYTES, length)];
    }

    /** Whether a part of so many bytes can have so many when it is decoded: nobody allocates memory for what cannot be. */
    static boolean isPlausible(long plainBytes, long storedBytes) {
        return plainBytes <= ALWAYS_FINE_BYTES + MOST_TIMES * storedBytes;
    }

    /** The plain bytes' CRC-32 in the first {@link #HEAD_BYTES} bytes of a coded part. */
    static int crc(ByteBuffer head) {
        CodedInput in = new CodedInput(head);
        in.octet();
        return in.word() << 16 | in.word();
    }

    /**
     * Decodes.
     *
     * @param length of the plain bytes, which are given to {@code sink} one piece after the other
     * @throws ModelException BAD_BUNDLE when it is no coded part of that length
     */
    static void decode(ByteBuffer stored, long length, Consumer<ByteBuffer> sink) {
        CodedInput in = new CodedInput(stored);
        int method = in.octet();
        int crc = in.word() << 16 | in.word();
        PartDecoder decoder = new PartDecoder(in, length, sink);
        switch (method) {
            case DEFLATED -> decoder.inflate(length);
            case PLANES -> decoder.planes(length);
            case MIXED -> decoder.mixed(length);
            default -> throw new ModelException(Code.BAD_BUNDLE, "a part is coded by the unknown method " + method);
        }
        require((int) decoder.crc.getValue() == crc);
    }

    private void inflate(long length) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(in.remaining());
            long done = 0;
            while (done < length) {
                int count = inflater.inflate(piece, 0, (int) Math.min(piece.length, length - done));
                require(count > 0);
                give(count);
                done += count;
            }
            require(inflater.finished() || inflater.inflate(new byte[1]) == 0 && inflater.finished());
            require(inflater.getRemaining() == 0);
        } catch (DataFormatException e) {
            throw new ModelException(Code.BAD_BUNDLE, "a deflated part is damaged: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    private void planes(long length) {
        int[][] slots = new int[in.octet()][];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = SymbolModel.read(in).slots();
        }
        PlaneRun[] runs = PlaneRun.read(in, length, slots.length);
        state = in.word() << 16 | in.word();
        require(state >= LOWEST_STATE);
        for (PlaneRun run : runs) {
            int width = run.models().length;
            int most = piece.length / width;
            for (long done = 0; done < run.elements(); done += most) {
                int count = (int) Math.min(most, run.elements() - done);
                for (int plane = 0; plane < width; plane++) {
                    int model = run.models()[plane];
                    if (model == PlaneRun.RAW) {
                        raw(plane, width, count);
                    } else {
                        symbols(plane, width, count, slots[model]);
                    }
                }
                give(count * width);
            }
        }
        require(state == LOWEST_STATE && in.isEmpty());
    }

    private void mixed(long length) {
        require(length == piece.length);
        BitPredictor predictor = new BitPredictor(piece);
        int low = 0;
        int high = -1;
        int x = in.word() << 16 | in.word();
        for (int at = 0; at < piece.length; at++) {
            int symbol = 1;
            while (symbol < 0x100) {
                int middle = BitPredictor.between(low, high, predictor.next());
                int bit = Integer.compareUnsigned(x, middle) <= 0 ? 1 : 0;
                high = bit == 1 ? middle : high;
                low = bit == 1 ? low : middle + 1;
                while ((low ^ high) >>> 24 == 0) {
                    low <<= 8;
                    high = high << 8 | 0xff;
                    x = x << 8 | in.octet();
                }
                symbol = symbol << 1 | bit;
                piece[at] = (byte) symbol;
                predictor.learn(bit);
            }
        }
        require(x == low && in.isEmpty());
        give(piece.length);
    }

    private void raw(int from, int step, int count) {
        for (int i = 0, to = from; i < count; i++, to += step) {
            piece[to] = (byte) in.octet();
        }
    }

    private void symbols(int from, int step, int count, int[] slots) {
        int x = state;
        for (int i = 0, to = from; i < count; i++, to += step) {
            int slot = slots[x & SymbolModel.TOTAL - 1];
            piece[to] = (byte) slot;
            x = (x >>> SymbolModel.BITS) * ((slot >>> 8 & 0xfff) + 1) + (slot >>> 20);
            if (x < LOWEST_STATE) {
                x = x << 16 | in.word();
            }
        }
        state = x;
    }

    private void give(int count) {
        crc.update(piece, 0, count);
        sink.accept(ByteBuffer.wrap(piece, 0, count));
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new ModelException(Code.BAD_BUNDLE, "a coded part is damaged");
        }
    }
}
