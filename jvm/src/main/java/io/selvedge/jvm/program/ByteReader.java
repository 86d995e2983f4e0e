package io.selvedge.jvm.program;

import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The primitive values of the format. Every count is checked against the bytes that are left before anything is allocated. */
final class ByteReader {
    private final ByteBuffer bytes;

    ByteReader(ByteBuffer bytes) {
        this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    ModelException damaged(String what) {
        return new ModelException(
                Code.BAD_BUNDLE,
                "program.bin is damaged: " + what + " at byte " + bytes.position() + "; deploy the model again");
    }

    int position() {
        return bytes.position();
    }

    boolean atEnd() {
        return !bytes.hasRemaining();
    }

    int octet() {
        if (!bytes.hasRemaining()) {
            throw damaged("it ends too early");
        }
        return bytes.get() & 0xff;
    }

    boolean flag() {
        int value = octet();
        if (value > 1) {
            throw damaged("a flag is " + value);
        }
        return value == 1;
    }

    /** A whole number: seven bits a byte, lowest first, the sign in the lowest bit. */
    long whole() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = octet();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw damaged("a number has more than 64 bits");
    }

    int integer() {
        long value = whole();
        if (value != (int) value) {
            throw damaged("a number has more than 32 bits");
        }
        return (int) value;
    }

    /** {@code low} to {@code high}, both included. */
    int integer(int low, int high, String what) {
        int value = integer();
        if (value < low || value > high) {
            throw damaged(what + " is " + value + ", not " + low + " to " + high);
        }
        return value;
    }

    float real() {
        need(Float.BYTES);
        return bytes.getFloat();
    }

    double wide() {
        need(Double.BYTES);
        return bytes.getDouble();
    }

    String text() {
        byte[] utf8 = new byte[integer(0, bytes.remaining(), "a length")];
        need(utf8.length);
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    <T> T constant(T[] all, String what) {
        return all[integer(0, all.length - 1, what)];
    }

    <T> List<T> list(Supplier<T> item) {
        // An item has a byte at least.
        int count = integer(0, bytes.remaining(), "a count");
        List<T> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(item.get());
        }
        return List.copyOf(items);
    }

    List<Integer> integers() {
        return list(this::integer);
    }

    private void need(int count) {
        if (bytes.remaining() < count) {
            throw damaged("it ends too early");
        }
    }
}
