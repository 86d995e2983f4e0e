package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.List;

/** A bitwise copy with strides. */
final class CopyStep implements Step {
    private final Elements from;
    private final Elements to;
    private final int flip;
    private final int count;

    CopyStep(Program program, Weights weights, Kernel.Copy copy) {
        List<Integer> order = Elements.longestLast(Elements.orderOf(copy.output()), copy.extents());
        Element type = program.buffer(copy.output().buffer()).element();
        from = Elements.of(program, weights, copy.extents(), copy.input(), type, order);
        to = Elements.of(program, weights, copy.extents(), copy.output(), type, order);
        if (from.element().storage() != to.element().storage()) {
            throw new IllegalStateException("a copy from " + from.element() + " to " + to.element());
        }
        flip = copy.xor();
        count = copy.extents().stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int run(Memory memory) {
        Object source = from.array(memory);
        Object target = to.array(memory);
        Walk reading = from.walk();
        Walk writing = to.walk();
        for (int done = 0; done < count; ) {
            int run = Math.min(Math.min(reading.run(), writing.run()), count - done);
            copy(source, reading.place(), reading.stride(), target, writing.place(), writing.stride(), run);
            reading.advance(run);
            writing.advance(run);
            done += run;
        }
        return 0;
    }

    private void copy(Object source, int from, int fromStep, Object target, int to, int toStep, int n) {
        if (flip != 0) {
            flipped((byte[]) source, from, fromStep, (byte[]) target, to, toStep, n);
        } else if (fromStep == 1 && toStep == 1) {
            System.arraycopy(source, from, target, to, n);
        } else {
            apart(source, from, fromStep, target, to, toStep, n);
        }
    }

    private void flipped(byte[] x, int from, int fromStep, byte[] y, int to, int toStep, int n) {
        for (int i = 0; i < n; i++) {
            y[to + i * toStep] = (byte) (x[from + i * fromStep] ^ flip);
        }
    }

    private static void apart(Object source, int from, int fromStep, Object target, int to, int toStep, int n) {
        if (source instanceof float[] x) {
            float[] y = (float[]) target;
            int out = to;
            if (fromStep == 1) {
                for (int i = 0; i < n; i++, out += toStep) {
                    y[out] = x[from + i];
                }
                return;
            }
            int in = from;
            for (int i = 0; i < n; i++, out += toStep, in += fromStep) {
                y[out] = x[in];
            }
        } else if (source instanceof byte[] x) {
            byte[] y = (byte[]) target;
            for (int i = 0; i < n; i++) {
                y[to + i * toStep] = x[from + i * fromStep];
            }
        } else {
            for (int i = 0; i < n; i++) {
                System.arraycopy(source, from + i * fromStep, target, to + i * toStep, 1);
            }
        }
    }
}
