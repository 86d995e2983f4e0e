package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Kernel.Fold;
import io.selvedge.jvm.program.Program;
import java.util.List;

/** A reduction of floats: for every result the elements of its axes are folded, eight at a time where they lie side by side. */
final class ReduceStep implements Step {
    private static final int LANES = 8;

    private final Fold fold;
    private final Elements input;
    private final Elements output;
    private final Walk folded;
    private final int results;
    private final int count;

    ReduceStep(Program program, Weights weights, Kernel.Reduce reduce) {
        fold = reduce.fold();
        List<Integer> order = Elements.orderOf(reduce.output());
        input = Elements.of(program, weights, reduce.extents(), reduce.input(), Element.FLOAT32, order);
        output = Elements.of(program, weights, reduce.extents(), reduce.output(), Element.FLOAT32, order);
        // In the order of memory.
        Kernel.Strided axes = new Kernel.Strided(0, false, 0, reduce.reducedStrides());
        List<Integer> inMemory = Elements.orderOf(axes);
        folded = new Walk(
                inMemory.stream().map(reduce.reduced()::get).toList(),
                inMemory.stream().map(reduce.reducedStrides()::get).toList(),
                0);
        results = reduce.extents().stream().reduce(1, Math::multiplyExact);
        count = reduce.reduced().stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int run(Memory memory) {
        Object x = input.array(memory);
        Object y = output.array(memory);
        Walk from = input.walk();
        Walk to = output.walk();
        float[] chunk = memory.scratch().floats(0, Formula.CHUNK);
        float[] sums = memory.scratch().floats(1, Formula.CHUNK);
        for (int done = 0; done < results; ) {
            int run = Math.min(Math.min(from.run(), to.run()), Math.min(results - done, Formula.CHUNK));
            boolean across = from.stride() == 1 && run >= LANES;
            if (across) {
                across(x, from.place(), run, chunk, sums);
            } else {
                run = 1;
                sums[0] = along(x, from.place(), chunk);
            }
            if (fold == Fold.MEAN) {
                for (int i = 0; i < run; i++) {
                    sums[i] /= count;
                }
            }
            Convert.ofFloats(output.element(), sums, y, to.place(), to.stride(), 0, run);
            from.advance(run);
            to.advance(run);
            done += run;
        }
        return 0;
    }

    /** Neighbouring results. */
    private void across(Object x, int at, int run, float[] chunk, float[] sums) {
        java.util.Arrays.fill(sums, 0, run, initial());
        Walk walk = folded.restarted();
        for (int i = 0; i < count; i++) {
            Convert.toFloats(input.element(), x, at + walk.place(), 1, chunk, 0, run);
            fold(fold, sums, chunk, run);
            walk.advance(1);
        }
    }

    private float along(Object x, int at, float[] chunk) {
        float[] lanes = new float[LANES];
        java.util.Arrays.fill(lanes, initial());
        Walk walk = folded.restarted();
        for (int i = 0; i < count; ) {
            int run = Math.min(Math.min(walk.run(), count - i), Formula.CHUNK);
            Convert.toFloats(input.element(), x, at + walk.place(), walk.stride(), chunk, 0, run);
            for (int k = 0; k < run; k++) {
                lanes[k % LANES] = one(fold, lanes[k % LANES], chunk[k]);
            }
            walk.advance(run);
            i += run;
        }
        float result = lanes[0];
        Fold lanesFold = fold == Fold.SUM_SQUARE ? Fold.SUM : fold;
        for (int lane = 1; lane < LANES; lane++) {
            result = one(lanesFold, result, lanes[lane]);
        }
        return result;
    }

    private float initial() {
        return switch (fold) {
            case SUM, MEAN, SUM_SQUARE -> 0;
            case PROD -> 1;
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
        };
    }

    private static void fold(Fold fold, float[] sums, float[] values, int count) {
        if (fold == Fold.SUM || fold == Fold.MEAN) {
            for (int i = 0; i < count; i++) {
                sums[i] += values[i];
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            sums[i] = one(fold, sums[i], values[i]);
        }
    }

    private static float one(Fold fold, float sum, float value) {
        return switch (fold) {
            case SUM, MEAN -> sum + value;
            case SUM_SQUARE -> Fused.multiplyAdd(value, value, sum);
            case PROD -> sum * value;
            case MAX -> Math.max(sum, value);
            case MIN -> Math.min(sum, value);
        };
    }
}
