package io.selvedge.jvm.program;

import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code program.bin}; {@code docs/program-format.md} describes it. */
public final class ProgramReader {
    /** The version of the format that this class reads. */
    public static final int VERSION = 1;

    private static final int MAX_RANK = 32;

    private final ByteReader in;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Program.Weight> weights = new ArrayList<>();

    private ProgramReader(ByteBuffer bytes) {
        in = new ByteReader(bytes);
    }

    /**
     * The program in these bytes.
     *
     * @throws ModelException BAD_BUNDLE when they are damaged, UNSUPPORTED_VERSION when they are of another version
     */
    public static Program read(ByteBuffer bytes) {
        return new ProgramReader(bytes).program();
    }

    private Program program() {
        if (in.octet() != 'S' || in.octet() != 'V' || in.octet() != 'P') {
            throw in.damaged("it does not begin with SVP");
        }
        int version = in.octet();
        if (version != VERSION) {
            throw new ModelException(
                    Code.UNSUPPORTED_VERSION,
                    "program.bin has version " + version + ", this executor reads " + VERSION
                            + "; use the selvedge-jvm of the Selvedge that made the bundle");
        }
        String name = in.text();
        int arena = in.integer(0, Integer.MAX_VALUE, "the arena's size");
        int weightBytes = in.integer(0, Integer.MAX_VALUE, "the weights' size");
        in.list(() -> buffers.add(buffer(arena)));
        in.list(() -> weights.add(weight(weightBytes)));
        List<Integer> inputs = in.list(this::bufferId);
        List<Integer> outputs = in.list(this::bufferId);
        KernelReader kernels = new KernelReader(in, buffers, weights);
        List<Program.Step> steps = in.list(() -> new Program.Step(in.text(), in.whole(), kernels.kernel()));
        if (!in.atEnd()) {
            throw in.damaged("it goes on after the last step");
        }
        return new Program(
                name, arena, weightBytes, List.copyOf(buffers), List.copyOf(weights), inputs, outputs, steps);
    }

    private int bufferId() {
        return in.integer(0, buffers.size() - 1, "a buffer");
    }

    private Buffer buffer(int arena) {
        String name = in.text();
        int code = in.integer();
        Element element = null;
        for (Element candidate : Element.values()) {
            element = candidate.code() == code ? candidate : element;
        }
        if (element == null) {
            throw in.damaged("there is no element type " + code);
        }
        List<Integer> extents = in.list(() -> in.integer(0, Integer.MAX_VALUE, "an extent"));
        if (extents.size() > MAX_RANK) {
            throw in.damaged("a value has " + extents.size() + " axes");
        }
        Buffer.Layout layout = in.flag()
                ? new Buffer.Layout(in.integer(0, 1 << 24, "a pitch"), border(), border(), border(), border())
                : Buffer.Layout.DENSE;
        int padValue = in.integer();
        int slack = in.integer(0, 1 << 16, "a slack");
        Buffer.Place place = in.constant(Buffer.Place.values(), "a place");
        Buffer buffer = new Buffer(name, element, extents, layout, padValue, slack, place, in.integer(), in.integer());
        check(buffer, arena);
        return buffer;
    }

    private int border() {
        return in.integer(0, 1 << 24, "a border");
    }

    private void check(Buffer buffer, int arena) {
        try {
            long row = Math.multiplyExact(
                    (long) buffer.layout().left() + buffer.w() + buffer.layout().right(),
                    (long) Math.max(0, buffer.pixelPitch()));
            long image = Math.multiplyExact(
                    row,
                    (long) buffer.layout().top() + buffer.h() + buffer.layout().bottom());
            long elements = buffer.isDense() ? buffer.count() : Math.multiplyExact(image, (long) buffer.n());
            long bytes = Math.multiplyExact(elements, (long) buffer.element().width()) + buffer.slack();
            if (bytes > Integer.MAX_VALUE - 64) {
                throw in.damaged("buffer " + buffer.name() + " has " + bytes + " bytes");
            }
            boolean placed = buffer.place() != Buffer.Place.ARENA || buffer.offset() == -1;
            if (!placed
                    && (buffer.offset() < 0
                            || buffer.offset() % buffer.element().width() != 0
                            || buffer.offset() + bytes > arena)) {
                throw in.damaged("buffer " + buffer.name() + " lies outside of the arena");
            }
            if (buffer.place() != Buffer.Place.ARENA && bytes > MAX_TENSOR) {
                throw in.damaged("tensor " + buffer.name() + " has " + bytes + " bytes");
            }
        } catch (ArithmeticException e) {
            throw in.damaged("buffer " + buffer.name() + " is larger than memory can be");
        }
    }

    private static final int MAX_TENSOR = Integer.MAX_VALUE - 64;

    private Program.Weight weight(int weightBytes) {
        String name = in.text();
        int offset = in.integer(0, weightBytes, "a weight's place");
        return new Program.Weight(name, offset, in.integer(0, weightBytes - offset, "a weight's size"));
    }
}
