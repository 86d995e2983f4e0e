package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Kernel.Fold;
import io.selvedge.jvm.program.Program;
import java.util.List;

/** A reduction of doubles or whole numbers, one element after the other; halves are folded as doubles of their floats. */
final class WideReduceStep implements Step {
    private final Fold fold;
    private final Elements input;
    private final Elements output;
    private final Walk folded;
    private final int results;
    private final int count;

    WideReduceStep(Program program, Weights weights, Kernel.Reduce reduce) {
        fold = reduce.fold();
        List<Integer> order = Elements.orderOf(reduce.output());
        Element type = program.buffer(reduce.input().buffer()).element();
        input = Elements.of(program, weights, reduce.extents(), reduce.input(), type, order);
        output = Elements.of(program, weights, reduce.extents(), reduce.output(), type, order);
        folded = new Walk(reduce.reduced(), reduce.reducedStrides(), 0);
        results = reduce.extents().stream().reduce(1, Math::multiplyExact);
        count = reduce.reduced().stream().reduce(1, Math::multiplyExact);
    }

    /** Whether values of that type are folded as reals. */
    private static boolean isReal(Element element) {
        return switch (element) {
            case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> true;
            default -> false;
        };
    }

    @Override
    public int run(Memory memory) {
        Object x = input.array(memory);
        Object y = output.array(memory);
        Walk from = input.walk();
        Walk to = output.walk();
        // INT8 values are folded as the u8 that they are held as.
        Element element = input.element() == Element.INT8 ? Element.UINT8 : input.element();
        Element result = output.element() == Element.INT8 ? Element.UINT8 : output.element();
        for (int i = 0; i < results; i++) {
            if (isReal(element)) {
                Convert.putReal(result, y, to.place(), reals(element, x, from.place()));
            } else {
                Convert.putWhole(result, y, to.place(), wholes(element, x, from.place()));
            }
            from.advance(1);
            to.advance(1);
        }
        return 0;
    }

    private double reals(Element element, Object x, int at) {
        double sum = switch (fold) {
            case SUM, MEAN, SUM_SQUARE -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
        Walk walk = folded.restarted();
        for (int i = 0; i < count; i++) {
            double v = Convert.real(element, x, at + walk.place());
            sum = switch (fold) {
                case SUM, MEAN -> sum + v;
                case SUM_SQUARE -> sum + v * v;
                case PROD -> sum * v;
                case MAX -> Math.max(sum, v);
                case MIN -> Math.min(sum, v);
            };
            walk.advance(1);
        }
        return fold == Fold.MEAN ? sum / count : sum;
    }

    private long wholes(Element element, Object x, int at) {
        boolean unsigned = element == Element.UINT64;
        long sum = switch (fold) {
            case SUM, MEAN, SUM_SQUARE -> 0;
            case PROD -> 1;
            case MAX -> unsigned ? 0 : Long.MIN_VALUE;
            case MIN -> unsigned ? -1 : Long.MAX_VALUE;
        };
        Walk walk = folded.restarted();
        for (int i = 0; i < count; i++) {
            long v = Convert.whole(element, x, at + walk.place());
            int order = unsigned ? Long.compareUnsigned(v, sum) : Long.compare(v, sum);
            sum = switch (fold) {
                case SUM, MEAN -> sum + v;
                case SUM_SQUARE -> sum + v * v;
                case PROD -> sum * v;
                case MAX -> order > 0 ? v : sum;
                case MIN -> order < 0 ? v : sum;
            };
            walk.advance(1);
        }
        if (fold != Fold.MEAN) {
            return sum;
        }
        return unsigned ? Long.divideUnsigned(sum, count) : sum / count;
    }
}
