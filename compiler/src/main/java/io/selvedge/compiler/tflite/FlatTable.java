package io.selvedge.compiler.tflite;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One table of the file: fields by number, each with a default where the file leaves it out. A table starts with the distance
 * back to its list of field offsets, which starts with its own size and the table's.
 *
 * @see <a href="https://flatbuffers.dev/internals/">FlatBuffers' binary format</a>
 */
final class FlatTable {
    /** A table without fields: every one has its default. */
    private static final int NOWHERE = -1;

    private final FlatBytes bytes;
    private final int at;
    private final int fields;
    private final int fieldsBytes;
    private final int tableBytes;

    private FlatTable(FlatBytes bytes, int at) {
        this.bytes = bytes;
        this.at = at;
        if (at == NOWHERE) {
            this.fields = 0;
            this.fieldsBytes = 0;
            this.tableBytes = 0;
            return;
        }
        this.fields = bytes.at((long) at - bytes.data().getInt(bytes.at(at, 4)), 4);
        this.fieldsBytes = bytes.data().getShort(fields) & 0xffff;
        this.tableBytes = bytes.data().getShort(fields + 2) & 0xffff;
        bytes.at(fields, fieldsBytes);
        bytes.at(at, tableBytes);
    }

    /** The table that the file's first offset refers to. */
    static FlatTable root(FlatBytes bytes) {
        return new FlatTable(bytes, bytes.follow(0));
    }

    /** A table without fields. */
    static FlatTable empty(FlatBytes bytes) {
        return new FlatTable(bytes, NOWHERE);
    }

    /** Position of a field's value of that width; empty where the default holds. */
    private Optional<Integer> field(int number, int width) {
        int entry = 4 + 2 * number;
        if (entry + 2 > fieldsBytes) {
            return Optional.empty();
        }
        int offset = bytes.data().getShort(fields + entry) & 0xffff;
        if (offset == 0) {
            return Optional.empty();
        }
        if (offset < 4 || offset + width > tableBytes) {
            throw bytes.damaged("field " + number + " of the table at offset " + at + " lies outside of it");
        }
        return Optional.of(at + offset);
    }

    int integer(int number, int otherwise) {
        return field(number, 4).map(bytes.data()::getInt).orElse(otherwise);
    }

    long unsigned(int number) {
        return field(number, 4).map(p -> bytes.data().getInt(p) & 0xffffffffL).orElse(0L);
    }

    long longInteger(int number) {
        return field(number, 8).map(bytes.data()::getLong).orElse(0L);
    }

    /** A signed byte: small integers, enumerations and the types of unions. */
    int small(int number, int otherwise) {
        return field(number, 1).map(p -> (int) bytes.data().get(p)).orElse(otherwise);
    }

    boolean flag(int number) {
        return small(number, 0) != 0;
    }

    float real(int number, float otherwise) {
        return field(number, 4).map(bytes.data()::getFloat).orElse(otherwise);
    }

    boolean has(int number) {
        return field(number, 4).isPresent();
    }

    Optional<FlatTable> table(int number) {
        return field(number, 4).map(p -> new FlatTable(bytes, bytes.follow(p)));
    }

    List<FlatTable> tables(int number) {
        List<FlatTable> tables = new ArrayList<>();
        field(number, 4).map(bytes::follow).ifPresent(vector -> {
            int count = bytes.count(vector, 4);
            for (int i = 0; i < count; i++) {
                tables.add(new FlatTable(bytes, bytes.follow(vector + 4 + 4 * i)));
            }
        });
        return tables;
    }

    List<Integer> integers(int number) {
        List<Integer> values = new ArrayList<>();
        field(number, 4).map(bytes::follow).ifPresent(vector -> {
            int count = bytes.count(vector, 4);
            for (int i = 0; i < count; i++) {
                values.add(bytes.data().getInt(vector + 4 + 4 * i));
            }
        });
        return values;
    }

    float[] reals(int number) {
        return field(number, 4)
                .map(bytes::follow)
                .map(vector -> {
                    float[] values = new float[bytes.count(vector, 4)];
                    bytes.data()
                            .slice(vector + 4, 4 * values.length)
                            .order(bytes.data().order())
                            .asFloatBuffer()
                            .get(values);
                    return values;
                })
                .orElse(new float[0]);
    }

    long[] longs(int number) {
        return field(number, 4)
                .map(bytes::follow)
                .map(vector -> {
                    long[] values = new long[bytes.count(vector, 8)];
                    bytes.data()
                            .slice(vector + 4, 8 * values.length)
                            .order(bytes.data().order())
                            .asLongBuffer()
                            .get(values);
                    return values;
                })
                .orElse(new long[0]);
    }

    String text(int number) {
        return field(number, 4)
                .map(bytes::follow)
                .map(vector -> {
                    byte[] text = new byte[bytes.count(vector, 1)];
                    bytes.data().get(vector + 4, text);
                    return new String(text, StandardCharsets.UTF_8);
                })
                .orElse("");
    }

    /** A vector of bytes, not copied; empty where there is none. */
    ByteBuffer blob(int number) {
        return field(number, 4)
                .map(bytes::follow)
                .map(vector -> {
                    long count = bytes.data().getInt(bytes.at(vector, 4)) & 0xffffffffL;
                    return bytes.data().slice(bytes.at(vector + 4L, count), (int) count);
                })
                .orElse(ByteBuffer.allocate(0));
    }
}
