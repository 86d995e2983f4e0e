package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Kernel.Compute;
import io.selvedge.jvm.program.Program;
import java.util.ArrayList;
import java.util.List;

/** An element-wise expression of doubles or of whole numbers of 64 bits, one element after the other. */
final class WideMapStep implements Step {
    private final List<Elements> inputs = new ArrayList<>();
    private final Elements output;
    private final Compute compute;
    private final WideFormula formula;
    private final int count;

    WideMapStep(Program program, Weights weights, Kernel.Map map) {
        compute = map.compute();
        List<Integer> order = Elements.orderOf(map.output());
        Element own =
                compute == Compute.F64 ? Element.FLOAT64 : compute == Compute.S64 ? Element.INT64 : Element.UINT64;
        map.inputs().forEach(input -> inputs.add(Elements.of(program, weights, map.extents(), input, own, order)));
        output = Elements.of(program, weights, map.extents(), map.output(), own, order);
        formula = WideFormula.of(map.expression(), compute);
        count = map.extents().stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int run(Memory memory) {
        int arity = inputs.size();
        Walk[] walks = new Walk[arity];
        Object[] arrays = new Object[arity];
        for (int i = 0; i < arity; i++) {
            walks[i] = inputs.get(i).walk();
            arrays[i] = inputs.get(i).array(memory);
        }
        Walk to = output.walk();
        Object result = output.array(memory);
        // Doubles travel as their bits.
        long[] operands = new long[arity];
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < arity; i++) {
                operands[i] = load(inputs.get(i).element(), arrays[i], walks[i].place());
                walks[i].advance(1);
            }
            store(result, to.place(), formula.value(operands));
            to.advance(1);
        }
        return 0;
    }

    private long load(Element element, Object array, int at) {
        if (compute == Compute.F64) {
            return Double.doubleToRawLongBits(
                    eightBits(element) ? Convert.whole(Element.UINT8, array, at) : Convert.real(element, array, at));
        }
        return Convert.whole(eightBits(element) ? Element.UINT8 : element, array, at);
    }

    /** INT8 values are given as u8, with their top bits flipped. */
    private static boolean eightBits(Element element) {
        return element == Element.INT8;
    }

    private void store(Object array, int at, long value) {
        Element element = eightBits(output.element()) ? Element.UINT8 : output.element();
        if (compute == Compute.F64) {
            double real = Double.longBitsToDouble(value);
            if (element == Element.BOOL) {
                ((byte[]) array)[at] = (byte) (real != 0 ? 1 : 0);
            } else {
                Convert.putReal(element, array, at, real);
            }
        } else if (element == Element.BOOL) {
            ((byte[]) array)[at] = (byte) (value != 0 ? 1 : 0);
        } else if (element.storage() == Element.Storage.FLOATS
                || element.storage() == Element.Storage.DOUBLES
                || element == Element.FLOAT16
                || element == Element.BFLOAT16) {
            Convert.putReal(element, array, at, compute == Compute.U64 ? Convert.unsigned(value) : value);
        } else {
            Convert.putWhole(element, array, at, value);
        }
    }
}
