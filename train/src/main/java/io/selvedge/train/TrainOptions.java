package io.selvedge.train;

import io.selvedge.compress.data.Augmentation;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * How a model is trained. Equal options, data and model give equal results, bit by bit.
 *
 * @param augmentation none: what the data's description says
 * @param validation share of the training samples that only judge: the best epoch by them is kept
 * @param restoreBatchNorm whether folded convolutions get batch normalisation back for the time of training
 * @param useLabels false: only a teacher says what is right
 * @param threads of libtorch; part of what makes results equal
 * @param mixedPrecision whether convolutions and products of matrices are computed from factors in bfloat16 while weights are moved, and
 *     by the teacher: faster on CPUs with instructions for that. Epochs are judged with the student in float32 all the same
 */
public record TrainOptions(
        Schedule schedule,
        Descent descent,
        Augmentation augmentation,
        Distillation distillation,
        double validation,
        boolean restoreBatchNorm,
        boolean useLabels,
        long seed,
        int threads,
        boolean mixedPrecision) {
    /**
     * How long, and how far in each step.
     *
     * @param learningRate the highest of the schedule; without it a range test finds one
     * @param warmUp share of the steps in which the rate rises from 0; behind them it falls along a cosine to 0
     * @param patience epochs without a better validation loss after which training stops; 0: never
     * @param stepsPerEpoch fewer than the data give, for a look
     */
    public record Schedule(
            int epochs,
            int batch,
            OptionalDouble learningRate,
            double warmUp,
            int patience,
            OptionalInt stepsPerEpoch) {
        /** The same number of epochs at another rate. */
        public Schedule at(double rate) {
            return new Schedule(epochs, batch, OptionalDouble.of(rate), warmUp, patience, stepsPerEpoch);
        }
    }

    /** Rules by which gradients move parameters. */
    public enum Optimizer {
        /** Adam with decoupled weight decay. */
        ADAMW,
        /** Adam whose steps are shares of each tensor's norm (You et al., 2020): for nets whose weights differ much in size. */
        LAMB,
        SGD
    }

    /**
     * The rule and its figures.
     *
     * @param momentum of SGD
     * @param weightDecay of weights of two axes and more, decoupled from the gradient
     * @param maxGradientNorm longer gradients are shortened to it
     */
    public record Descent(Optimizer optimizer, double momentum, double weightDecay, double maxGradientNorm) {}

    /**
     * Weights of the loss's parts where there is a teacher; 0 leaves a part out.
     *
     * @param temperature by which logits are divided before they are compared
     * @param task weight of the labels' part, where there are labels; the soft labels have the rest to 1
     * @param feature mean squared error of activations that have one name and shape in both graphs
     * @param attention difference of their attention maps: sums of squares over channels, normalised
     */
    public record Distillation(double temperature, double task, double feature, double attention) {}

    /** Adam with decoupled weight decay, a range test for the rate, one thread. */
    public static TrainOptions of(int epochs, long seed) {
        return new TrainOptions(
                new Schedule(epochs, 32, OptionalDouble.empty(), 0.05, 0, OptionalInt.empty()),
                new Descent(Optimizer.ADAMW, 0.9, 1e-4, 5),
                Augmentation.NONE,
                new Distillation(4, 0.3, 0, 0),
                0.1,
                true,
                true,
                seed,
                1,
                false);
    }

    /** The same with another schedule. */
    public TrainOptions with(Schedule other) {
        return changed(draft -> draft.schedule = other);
    }

    /** The same with another rule. */
    public TrainOptions with(Descent other) {
        return changed(draft -> draft.descent = other);
    }

    /** The same with other changes of inputs. */
    public TrainOptions with(Augmentation other) {
        return changed(draft -> draft.augmentation = other);
    }

    /** The same with other weights of the loss. */
    public TrainOptions with(Distillation other) {
        return changed(draft -> draft.distillation = other);
    }

    /** The same with another share of samples that judge. */
    public TrainOptions withValidation(double share) {
        return changed(draft -> draft.validation = share);
    }

    /** The same with folded batch normalisation left folded, or given back. */
    public TrainOptions withRestoredBatchNorm(boolean restore) {
        return changed(draft -> draft.restoreBatchNorm = restore);
    }

    /** The same without a look at labels. */
    public TrainOptions withoutLabels() {
        return changed(draft -> draft.useLabels = false);
    }

    /** The same with other threads. */
    public TrainOptions withThreads(int count) {
        return changed(draft -> draft.threads = count);
    }

    /** The same with factors in bfloat16, or without. */
    public TrainOptions withMixedPrecision(boolean mixed) {
        return changed(draft -> draft.mixedPrecision = mixed);
    }

    private TrainOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** What a changed copy is made from. */
    private static final class Draft {
        private final long seed;
        private Schedule schedule;
        private Descent descent;
        private Augmentation augmentation;
        private Distillation distillation;
        private double validation;
        private boolean restoreBatchNorm;
        private boolean useLabels;
        private int threads;
        private boolean mixedPrecision;

        Draft(TrainOptions from) {
            seed = from.seed;
            schedule = from.schedule;
            descent = from.descent;
            augmentation = from.augmentation;
            distillation = from.distillation;
            validation = from.validation;
            restoreBatchNorm = from.restoreBatchNorm;
            useLabels = from.useLabels;
            threads = from.threads;
            mixedPrecision = from.mixedPrecision;
        }

        TrainOptions options() {
            return new TrainOptions(
                    schedule,
                    descent,
                    augmentation,
                    distillation,
                    validation,
                    restoreBatchNorm,
                    useLabels,
                    seed,
                    threads,
                    mixedPrecision);
        }
    }
}
