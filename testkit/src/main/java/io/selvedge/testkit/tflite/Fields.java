package io.selvedge.testkit.tflite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of one table by number. Values are Byte, Integer, Long, Float, String, byte[], int[], float[], long[], another
 * table or a list of tables.
 */
public final class Fields {
    private static final int ALIGNMENT = 16;

    private final Map<Integer, Object> values = new TreeMap<>();

    private Fields() {}

    public static Fields of() {
        return new Fields();
    }

    public Fields set(int number, Object value) {
        values.put(number, value);
        return this;
    }

    /** The file whose root this table is. */
    public byte[] file(String identifier) {
        Output out = new Output();
        out.integer(0);
        out.bytes(identifier.getBytes(StandardCharsets.US_ASCII));
        out.patch(0, out.table(this));
        return out.toBytes();
    }

    private static int width(Object value) {
        return switch (value) {
            case Byte _ -> 1;
            case Long _ -> 8;
            default -> 4;
        };
    }

    /** The file as far as it is written; what a table refers to follows behind it. */
    private static final class Output {
        private ByteBuffer buffer = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);

        private ByteBuffer room(int bytes) {
            if (buffer.remaining() < bytes) {
                ByteBuffer larger =
                        ByteBuffer.allocate(2 * (buffer.capacity() + bytes)).order(ByteOrder.LITTLE_ENDIAN);
                buffer = larger.put(buffer.flip());
            }
            return buffer;
        }

        void integer(int value) {
            room(4).putInt(value);
        }

        void bytes(byte[] value) {
            room(value.length).put(value);
        }

        void align(int bytes) {
            while (buffer.position() % bytes != 0) {
                room(1).put((byte) 0);
            }
        }

        void patch(int position, int target) {
            buffer.putInt(position, target - position);
        }

        byte[] toBytes() {
            byte[] bytes = new byte[buffer.position()];
            buffer.get(0, bytes);
            return bytes;
        }

        /** Offsets of the fields, then the fields, each at a multiple of its width; then what they refer to. */
        int table(Fields table) {
            int numbers =
                    table.values.keySet().stream().mapToInt(n -> n + 1).max().orElse(0);
            short[] offsets = new short[numbers];
            int size = 4;
            for (Map.Entry<Integer, Object> field : table.values.entrySet()) {
                int width = width(field.getValue());
                size = (size + width - 1) / width * width;
                offsets[field.getKey()] = (short) size;
                size += width;
            }
            align(8);
            int list = buffer.position();
            room(4).putShort((short) (4 + 2 * numbers)).putShort((short) size);
            for (short offset : offsets) {
                room(2).putShort(offset);
            }
            align(8);
            int at = buffer.position();
            integer(at - list);
            room(size - 4).put(new byte[size - 4]);
            for (Map.Entry<Integer, Object> field : table.values.entrySet()) {
                write(at + offsets[field.getKey()], field.getValue());
            }
            return at;
        }

        private void write(int at, Object value) {
            switch (value) {
                case Byte b -> buffer.put(at, b);
                case Integer i -> buffer.putInt(at, i);
                case Float f -> buffer.putFloat(at, f);
                case Long l -> buffer.putLong(at, l);
                case Fields table -> patch(at, table(table));
                case List<?> tables -> patch(at, tables(tables));
                case String text -> {
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    patch(at, vector(bytes.length, 4));
                    bytes(bytes);
                    room(1).put((byte) 0);
                }
                case byte[] bytes -> {
                    patch(at, vector(bytes.length, ALIGNMENT));
                    bytes(bytes);
                }
                case int[] integers -> {
                    patch(at, vector(integers.length, 4));
                    for (int i : integers) {
                        integer(i);
                    }
                }
                case float[] reals -> {
                    patch(at, vector(reals.length, 4));
                    for (float f : reals) {
                        room(4).putFloat(f);
                    }
                }
                case long[] longs -> {
                    patch(at, vector(longs.length, 8));
                    for (long l : longs) {
                        room(8).putLong(l);
                    }
                }
                default -> throw new IllegalArgumentException("no field can be " + value.getClass());
            }
        }

        /** Starts a vector whose first element lies at a multiple of the alignment. */
        private int vector(int count, int alignment) {
            while ((buffer.position() + 4) % alignment != 0) {
                room(1).put((byte) 0);
            }
            int at = buffer.position();
            integer(count);
            return at;
        }

        private int tables(List<?> tables) {
            int at = vector(tables.size(), 4);
            for (int i = 0; i < tables.size(); i++) {
                integer(0);
            }
            for (int i = 0; i < tables.size(); i++) {
                patch(at + 4 + 4 * i, table((Fields) tables.get(i)));
            }
            return at;
        }
    }
}
