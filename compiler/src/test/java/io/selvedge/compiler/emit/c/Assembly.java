package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.View;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds programs by hand, buffers and steps in order. Constants and their sizes come from a seeded generator. */
final class Assembly {
    final Random random;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Program.Weight> weights = new ArrayList<>();
    private final List<Program.Step> steps = new ArrayList<>();
    private final List<Integer> inputs = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();

    Assembly(long seed) {
        random = new Random(seed);
    }

    int input(DType dtype, int... extents) {
        int id = add(
                "in" + inputs.size(), dtype, extents, new Layout.RowMajor(), 0, 0, Buffer.Place.INPUT, inputs.size());
        inputs.add(id);
        return id;
    }

    /** Outputs get their place in the io table when the program is built. */
    int output(DType dtype, int... extents) {
        int id = add(
                "out" + outputs.size(),
                dtype,
                extents,
                new Layout.RowMajor(),
                0,
                0,
                Buffer.Place.OUTPUT,
                outputs.size());
        outputs.add(id);
        return id;
    }

    int dense(DType dtype, int... extents) {
        return add("dense" + buffers.size(), dtype, extents, new Layout.RowMajor(), 0, 0, Buffer.Place.ARENA, -1);
    }

    int channelsLast(DType dtype, Layout.ChannelsLast layout, int padValue, int slack, int... extents) {
        return add("nhwc" + buffers.size(), dtype, extents, layout, padValue, slack, Buffer.Place.ARENA, -1);
    }

    private int add(
            String name,
            DType dtype,
            int[] extents,
            Layout layout,
            int pad,
            int slack,
            Buffer.Place place,
            int ioIndex) {
        long[] longs = Arrays.stream(extents).asLongStream().toArray();
        buffers.add(new Buffer(buffers.size(), name, dtype, Shape.of(longs), layout, pad, slack, place, ioIndex));
        return buffers.size() - 1;
    }

    Buffer buffer(int id) {
        return buffers.get(id);
    }

    int weight(byte[] bytes) {
        weights.add(new Program.Weight("w" + weights.size(), ByteBuffer.wrap(bytes)));
        return weights.size() - 1;
    }

    void step(Kernel kernel) {
        steps.add(new Program.Step("node" + steps.size(), kernel, 0));
    }

    /** The whole value of a buffer as an operand. */
    Kernel.Strided whole(int id) {
        return view(id).strided();
    }

    View view(int id) {
        Buffer b = buffer(id);
        int[] extents = b.shape().extents();
        if (!(b.layout() instanceof Layout.ChannelsLast)) {
            return new View(id, false, 0, extents, View.denseStrides(extents));
        }
        int[] all = {b.imagePitch(), 1, b.rowPitch(), b.pixelPitch()};
        return new View(id, false, b.origin(), extents, Arrays.copyOf(all, extents.length));
    }

    List<Integer> extents(int id) {
        return Arrays.stream(buffer(id).shape().extents()).boxed().toList();
    }

    void copy(int from, int to) {
        step(new Kernel.Copy(
                extents(to), whole(from), whole(to), buffer(to).dtype().bytes(), 0));
    }

    float[] floats(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    byte[] bytes(int count) {
        byte[] values = new byte[count];
        random.nextBytes(values);
        return values;
    }

    /** Numbers of a few digits, of both signs. */
    byte[] integers(DType dtype, int bytes) {
        ByteBuffer values = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            int value = random.nextInt(2001) - 1000;
            if (dtype == DType.INT64) {
                values.putLong(value);
            } else {
                values.putInt(value);
            }
        }
        return values.array();
    }

    byte[] truths(int bytes) {
        byte[] values = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            values[i] = (byte) random.nextInt(2);
        }
        return values;
    }

    static byte[] littleEndian(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    Program build() {
        List<Buffer> placed = buffers.stream()
                .map(b -> b.place() == Buffer.Place.OUTPUT
                        ? new Buffer(
                                b.id(),
                                b.name(),
                                b.dtype(),
                                b.shape(),
                                b.layout(),
                                b.padValue(),
                                b.slackBytes(),
                                b.place(),
                                inputs.size() + b.ioIndex())
                        : b)
                .toList();
        return new Program("test", placed, weights, steps, inputs, outputs);
    }
}
