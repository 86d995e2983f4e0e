package io.selvedge.compiler.emit.binary;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** The primitive values of the format: whole numbers as seven bits a byte with the sign lowest, reals little-endian. */
final class ByteWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ByteWriter octet(int value) {
        bytes.write(value);
        return this;
    }

    ByteWriter flag(boolean value) {
        return octet(value ? 1 : 0);
    }

    ByteWriter whole(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }

    ByteWriter wholes(int... values) {
        for (int value : values) {
            whole(value);
        }
        return this;
    }

    ByteWriter real(float value) {
        return littleEndian(Float.floatToIntBits(value), Float.BYTES);
    }

    ByteWriter wide(double value) {
        return littleEndian(Double.doubleToLongBits(value), Double.BYTES);
    }

    private ByteWriter littleEndian(long bits, int count) {
        for (int i = 0; i < count; i++) {
            bytes.write((int) (bits >>> 8 * i));
        }
        return this;
    }

    ByteWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        whole(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    <T> ByteWriter list(List<T> items, Consumer<T> item) {
        whole(items.size());
        items.forEach(item);
        return this;
    }

    ByteWriter integers(List<Integer> values) {
        return list(values, value -> whole(value));
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
