package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** The constants of a program as Java arrays; a weight that several kernels read is converted once. */
public final class Weights {
    private final Program program;
    private final ByteBuffer bytes;
    private final Map<Integer, float[]> floats = new HashMap<>();

    /** @param bytes the whole of {@code weights.bin} */
    public Weights(Program program, ByteBuffer bytes) {
        this.program = program;
        this.bytes = bytes.duplicate();
    }

    /** A view of the weight's bytes. */
    public ByteBuffer bytes(int weight) {
        Program.Weight w = program.weights().get(weight);
        ByteBuffer all = bytes.duplicate();
        all.limit(w.offset() + w.bytes()).position(w.offset());
        return all.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    public float[] floats(int weight) {
        return floats.computeIfAbsent(weight, id -> {
            ByteBuffer own = bytes(id);
            float[] values = new float[own.remaining() / Float.BYTES];
            own.asFloatBuffer().get(values);
            return values;
        });
    }

    public int[] ints(int weight) {
        ByteBuffer own = bytes(weight);
        int[] values = new int[own.remaining() / Integer.BYTES];
        own.asIntBuffer().get(values);
        return values;
    }

    public long[] longs(int weight) {
        ByteBuffer own = bytes(weight);
        long[] values = new long[own.remaining() / Long.BYTES];
        own.asLongBuffer().get(values);
        return values;
    }

    public double[] doubles(int weight) {
        ByteBuffer own = bytes(weight);
        double[] values = new double[own.remaining() / Double.BYTES];
        own.asDoubleBuffer().get(values);
        return values;
    }

    public short[] shorts(int weight) {
        ByteBuffer own = bytes(weight);
        short[] values = new short[own.remaining() / Short.BYTES];
        own.asShortBuffer().get(values);
        return values;
    }

    public byte[] octets(int weight) {
        ByteBuffer own = bytes(weight);
        byte[] values = new byte[own.remaining()];
        own.get(values);
        return values;
    }
}
