package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.List;

/** A table of 256 bytes. */
final class LutStep implements Step {
    private final Elements from;
    private final Elements to;
    private final byte[] table;
    private final int count;

    LutStep(Program program, Weights weights, Kernel.Lut lut) {
        List<Integer> order = Elements.orderOf(lut.output());
        from = Elements.of(program, weights, lut.extents(), lut.input(), Element.UINT8, order);
        to = Elements.of(program, weights, lut.extents(), lut.output(), Element.UINT8, order);
        table = weights.octets(lut.table());
        count = lut.extents().stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int run(Memory memory) {
        byte[] x = (byte[]) from.array(memory);
        byte[] y = (byte[]) to.array(memory);
        Walk reading = from.walk();
        Walk writing = to.walk();
        for (int done = 0; done < count; ) {
            int run = Math.min(Math.min(reading.run(), writing.run()), count - done);
            int in = reading.place();
            int out = writing.place();
            int inStep = reading.stride();
            int outStep = writing.stride();
            for (int i = 0; i < run; i++) {
                y[out + i * outStep] = table[x[in + i * inStep] & 0xff];
            }
            reading.advance(run);
            writing.advance(run);
            done += run;
        }
        return 0;
    }
}
