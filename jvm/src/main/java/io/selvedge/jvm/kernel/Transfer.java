package io.selvedge.jvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors between little-endian memory and arrays. */
public final class Transfer {
    private Transfer() {}

    /** Fills the array from the memory. */
    public static void load(ByteBuffer from, Object array) {
        ByteBuffer bytes = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        bytes.clear();
        if (array instanceof float[] floats) {
            bytes.asFloatBuffer().get(floats);
        } else if (array instanceof byte[] octets) {
            bytes.get(octets);
        } else if (array instanceof int[] ints) {
            bytes.asIntBuffer().get(ints);
        } else if (array instanceof long[] longs) {
            bytes.asLongBuffer().get(longs);
        } else if (array instanceof double[] doubles) {
            bytes.asDoubleBuffer().get(doubles);
        } else {
            bytes.asShortBuffer().get((short[]) array);
        }
    }

    /** Fills the memory from the array. */
    public static void store(Object array, ByteBuffer to) {
        ByteBuffer bytes = to.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        bytes.clear();
        if (array instanceof float[] floats) {
            bytes.asFloatBuffer().put(floats);
        } else if (array instanceof byte[] octets) {
            bytes.put(octets);
        } else if (array instanceof int[] ints) {
            bytes.asIntBuffer().put(ints);
        } else if (array instanceof long[] longs) {
            bytes.asLongBuffer().put(longs);
        } else if (array instanceof double[] doubles) {
            bytes.asDoubleBuffer().put(doubles);
        } else {
            bytes.asShortBuffer().put((short[]) array);
        }
    }
}
