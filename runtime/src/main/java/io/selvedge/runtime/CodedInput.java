package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;

/** The bytes of a coded part, by way of an array: buffers outside of the heap are slow until they are compiled. */
final class CodedInput {
    private static final int PIECE_BYTES = 1 << 15;

    private final ByteBuffer rest;
    private final byte[] bytes;
    private int at;
    private int limit;

    CodedInput(ByteBuffer stored) {
        rest = stored.duplicate();
        bytes = new byte[Math.min(PIECE_BYTES, rest.remaining())];
    }

    int octet() {
        if (at == limit) {
            fill();
        }
        return bytes[at++] & 0xff;
    }

    /** Two octets, the first in the higher bits. */
    int word() {
        return octet() << 8 | octet();
    }

    /** What {@link SymbolModel#whole} wrote. */
    long whole() {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 0x7f) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new ModelException(Code.BAD_BUNDLE, "a number in a coded part has more than five bytes");
    }

    /** All that is left. */
    ByteBuffer remaining() {
        ByteBuffer all = rest.duplicate();
        return all.position(all.position() - (limit - at));
    }

    boolean isEmpty() {
        return at == limit && !rest.hasRemaining();
    }

    private void fill() {
        if (!rest.hasRemaining()) {
            throw new ModelException(Code.BAD_BUNDLE, "a coded part ends too early");
        }
        limit = Math.min(bytes.length, rest.remaining());
        rest.get(bytes, 0, limit);
        at = 0;
    }
}
