package io.selvedge.train.fit;

import io.selvedge.train.TrainOptions.Optimizer;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Finds the highest rate of a schedule: short trainings from the same start at each of a row of rates, upward. The one that leaves
 * the smallest loss wins, a higher one when its loss is nearly as small: a long training has use for it. A rate at which the loss
 * explodes ends the row.
 */
final class RangeTest {
    private static final List<Double> ADAM = List.of(1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2);
    private static final List<Double> LAMB = List.of(1e-4, 3e-4, 1e-3, 3e-3, 1e-2);
    private static final List<Double> SGD = List.of(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1);
    private static final double EXPLODED = 2;
    private static final double NEARLY = 1.02;

    private RangeTest() {}

    static List<Double> rates(Optimizer optimizer) {
        return switch (optimizer) {
            case ADAMW -> ADAM;
            case LAMB -> LAMB;
            case SGD -> SGD;
        };
    }

    /**
     * @param start loss without any step
     * @param trial loss after some steps at a rate; NaN or infinite where it explodes
     */
    static double best(Optimizer optimizer, double start, DoubleUnaryOperator trial) {
        double best = rates(optimizer).getFirst();
        double least = Double.POSITIVE_INFINITY;
        for (double rate : rates(optimizer)) {
            double loss = trial.applyAsDouble(rate);
            if (loss < least * NEARLY) {
                best = rate;
            }
            least = Math.min(least, loss);
            if (!Double.isFinite(loss) || loss > EXPLODED * Math.max(start, least) + 1e-3) {
                break;
            }
        }
        return best;
    }
}
