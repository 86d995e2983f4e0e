package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Element.Storage;
import io.selvedge.jvm.program.Program;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * One session's buffers. The planned arena is one array for each kind of element: a buffer lies in the array of its kind where the
 * plan put it, so that an arena of floats alone is one array of the planned size. Inputs and outputs have arrays of their own.
 */
public final class Memory {
    private final Object[] arrays;
    private final Scratch scratch = new Scratch();
    private Tiles tiles = new ScalarTiles();

    /** Memory for one run of the program at a time. */
    public Memory(Program program) {
        Map<Storage, Integer> ends = new EnumMap<>(Storage.class);
        for (Buffer buffer : program.buffers()) {
            if (buffer.place() == Buffer.Place.ARENA && buffer.offset() >= 0) {
                ends.merge(buffer.element().storage(), end(buffer), Math::max);
            }
        }
        Map<Storage, Object> arenas = new EnumMap<>(Storage.class);
        ends.forEach((storage, end) -> arenas.put(storage, array(storage, end)));
        // Two buffers may be one input, seen in two layouts.
        Map<Integer, Object> given = new HashMap<>();
        arrays = new Object[program.buffers().size()];
        for (int i = 0; i < arrays.length; i++) {
            Buffer buffer = program.buffer(i);
            if (buffer.place() == Buffer.Place.INPUT) {
                arrays[i] = given.computeIfAbsent(
                        buffer.ioIndex(), index -> array(buffer.element().storage(), buffer.size()));
            } else if (buffer.place() == Buffer.Place.OUTPUT) {
                arrays[i] = array(buffer.element().storage(), buffer.size());
            } else if (buffer.offset() >= 0) {
                arrays[i] = arenas.get(buffer.element().storage());
            }
        }
    }

    private static int end(Buffer buffer) {
        int width = buffer.element().width();
        return buffer.base() + buffer.size() + (buffer.slack() + width - 1) / width;
    }

    private static Object array(Storage storage, int length) {
        return switch (storage) {
            case BYTES -> new byte[length];
            case SHORTS -> new short[length];
            case INTS -> new int[length];
            case LONGS -> new long[length];
            case FLOATS -> new float[length];
            case DOUBLES -> new double[length];
        };
    }

    /** The array in which the buffer lies, from its {@link Buffer#base} on. */
    public Object array(int buffer) {
        return arrays[buffer];
    }

    public float[] floats(int buffer) {
        return (float[]) arrays[buffer];
    }

    public byte[] bytes(int buffer) {
        return (byte[]) arrays[buffer];
    }

    /** Arrays that a step needs while it runs. */
    public Scratch scratch() {
        return scratch;
    }

    /** The inner loops of this run. */
    public Tiles tiles() {
        return tiles;
    }

    /** What runs from now on use. */
    public void use(Tiles chosen) {
        tiles = chosen;
    }

    /** Arrays that grow to the largest need and stay. */
    public static final class Scratch {
        private static final int SLOTS = 4;

        private final float[][] floats = new float[SLOTS][0];
        private int[] ints = new int[0];
        private float[][] registers = new float[0][];
        private final PixelList pixels = new PixelList();
        private final PixelList sums = new PixelList();

        /** Floats in one of four places, with anything in them. */
        public float[] floats(int slot, int length) {
            if (floats[slot].length < length) {
                floats[slot] = new float[length];
            }
            return floats[slot];
        }

        /** Whole numbers with anything in them. */
        public int[] ints(int length) {
            if (ints.length < length) {
                ints = new int[length];
            }
            return ints;
        }

        /** At least that many pieces of {@link Formula#CHUNK} numbers. */
        float[][] registers(int count) {
            if (registers.length < count) {
                float[][] more = java.util.Arrays.copyOf(registers, count);
                for (int i = registers.length; i < count; i++) {
                    more[i] = new float[Formula.CHUNK];
                }
                registers = more;
            }
            return registers;
        }

        PixelList pixels() {
            return pixels;
        }

        /** The same pixels, with their results side by side, {@code pitch} apart, in memory of a step's own. */
        PixelList beside(int pitch) {
            System.arraycopy(pixels.x, 0, sums.x, 0, PixelList.CAPACITY);
            for (int i = 0; i < PixelList.CAPACITY; i++) {
                sums.y[i] = Math.min(i, pixels.count - 1) * pitch;
            }
            sums.count = pixels.count;
            return sums;
        }
    }
}
