package io.selvedge.train.fit;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.train.TensorFile;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.TrainResult.Epoch;
import io.selvedge.train.Treatment;
import io.selvedge.train.graph.TrainableGraph;
import io.selvedge.train.graph.TrainingForm;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains one model, in this process. Equal requests on equal data give equal results, whether or not training stopped and went on
 * from a checkpoint in between.
 */
public final class Trainer implements AutoCloseable {
    private static final long CHECKPOINT_NANOS = 20_000_000_000L;
    /** Between epochs more often, but short ones do not wait for the disk each time. */
    private static final long EPOCH_CHECKPOINT_NANOS = 250_000_000L;

    private static final int TRIAL_STEPS = 60;
    private static final double TRIAL_WARM_UP = 0.3;
    private static final int TRIAL_BATCHES = 8;
    private static final double SMOOTHING = 0.98;

    private final TrainRequest request;
    private final TrainOptions options;
    private final TrainingData data;
    private final TrainListener listener;
    private final BooleanSupplier stopped;
    private final Optional<TrainableGraph> teacher;
    private final Student student;
    private final Objective objective;
    private final Batches training;
    private final Batches plain;
    private final Batches validation;
    private final Descender descender;
    private final List<String> restored;
    private final int batch;
    private final int stepsPerEpoch;
    private final String identity;
    private final String dataDigest;

    /**
     * @param stopped asked between steps; training then leaves a checkpoint and throws {@link CancellationException}
     * @throws SelvedgeException UNTRAINABLE, NO_LABELS, TEACHER_MISMATCH, SHAPE_MISMATCH or OUTPUT_NOT_WRITABLE
     */
    public Trainer(TrainRequest request, TrainingData data, TrainListener listener, BooleanSupplier stopped) {
        this.request = request;
        this.options = request.options();
        this.data = data;
        this.listener = listener;
        this.stopped = stopped;
        torch.set_num_threads(options.threads());
        Graph form = TrainingForm.of(request.student());
        Graph whole = options.restoreBatchNorm() ? BatchNormRestoration.insert(form) : form;
        this.restored = BatchNormRestoration.inputs(whole);
        this.student = new Student(whole, request.treatments(), options.mixedPrecision());
        this.teacher = request.teacher()
                .map(TrainingForm::of)
                .map(options.mixedPrecision() ? TrainableGraph::forFastInference : TrainableGraph::forInference);
        this.objective = new Objective(form, teacher, options, data);
        Augmenter augmenter = new Augmenter(options.augmentation(), data.channelsLast(), data.images());
        this.training = new Batches(form, data.training(), augmenter);
        this.plain = new Batches(form, data.training(), Augmenter.PLAIN);
        this.validation = new Batches(form, data.validation(), Augmenter.PLAIN);
        this.descender = new Descender(options.descent(), student.moved());
        this.batch = Math.min(options.schedule().batch(), data.training().size());
        int all = data.training().size() / batch;
        this.stepsPerEpoch = Math.min(all, options.schedule().stepsPerEpoch().orElse(all));
        this.dataDigest = data.digest();
        this.identity = identity();
        try {
            Files.createDirectories(request.folder());
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "cannot make the folder " + request.folder() + " for checkpoints (" + IoReason.of(e) + ")",
                    e);
        }
    }

    private String identity() {
        Map<String, Tensor> all = new LinkedHashMap<>(student.state());
        teacher.ifPresent(graph -> graph.graph().constants().forEach((name, value) -> all.put("t/" + name, value)));
        for (Treatment treatment : request.treatments()) {
            switch (treatment) {
                case Treatment.Mask mask -> all.put("m/" + mask.value(), mask.mask());
                case Treatment.FakeQuantization fake ->
                    all.put("q/" + fake.value() + fake.scheme() + fake.bits() + fake.learned(), fake.scale());
            }
        }
        all.put(options + " " + dataDigest, Tensor.floats(new float[0], 0));
        return TensorFile.digest(all);
    }

    /** Trains, or goes on with training whose checkpoint is there. @throws SelvedgeException NAN_LOSS and what the data throw */
    public TrainResult run() {
        new Premises(student, objective, plain, data).check();
        Checkpoint start = Checkpoint.read(request.folder(), identity).orElseGet(this::begin);
        student.restore(start.state());
        Student.overwrite(descender.state(), start.descent());
        Course course = new Course(start);
        while (course.step < course.steps && !course.isOver()) {
            if (stopped.getAsBoolean()) {
                course.save();
                throw new CancellationException("stopped at step " + course.step + " of " + course.steps);
            }
            course.next();
        }
        student.restore(course.best);
        improveStatistics(course);
        Graph trained = BatchNormRestoration.fold(student.graph());
        return new TrainResult(
                trained,
                student.learned(),
                course.history,
                course.rate,
                course.bestEpoch,
                TensorFile.digest(trained.constants()),
                dataDigest,
                Optional.empty());
    }

    private Checkpoint begin() {
        if (!restored.isEmpty()) {
            new Statistics(student, plain, batch).neutralize(restored);
        }
        double rate = options.schedule().learningRate().orElseGet(this::findRate);
        Epoch before = judged(0, Double.NaN);
        Map<String, Tensor> state = student.state();
        double loss = Double.isFinite(before.validationLoss()) ? before.validationLoss() : Double.POSITIVE_INFINITY;
        return new Checkpoint(
                identity, rate, 0, 0, 0, loss, List.of(before), state, state, Student.copies(descender.state()));
    }

    private double findRate() {
        Map<String, Tensor> state = student.state();
        Map<String, Tensor> descent = Student.copies(descender.state());
        int steps = Math.clamp((long) stepsPerEpoch * options.schedule().epochs() / 4, 1, TRIAL_STEPS);
        int all = RangeTest.rates(options.descent().optimizer()).size() * steps;
        int[] done = {0};
        // Each a whole training in small: at full rate from the first step, a rate that is good later only does damage.
        double found = RangeTest.best(options.descent().optimizer(), trialLoss(), rate -> {
            student.restore(state);
            Student.overwrite(descender.state(), descent);
            double loss = Double.NaN;
            for (int step = 0; step < steps; step++) {
                double now = new RateSchedule(rate, steps, TRIAL_WARM_UP).at(step);
                loss = descend(order(-1), step % stepsPerEpoch, step + 1L, now);
                listener.progress(new TrainListener.Progress("learning rate", ++done[0], all, Double.NaN, -1));
                if (stopped.getAsBoolean()) {
                    throw new CancellationException("stopped before the first step");
                }
                if (!Double.isFinite(loss)) {
                    return loss;
                }
            }
            return trialLoss();
        });
        student.restore(state);
        Student.overwrite(descender.state(), descent);
        return found;
    }

    /** Loss of samples that the trial steps do not see, in evaluation. */
    private double trialLoss() {
        int[] order = order(-2);
        int batches = Math.min(TRIAL_BATCHES, order.length / batch);
        return judge(plain, Arrays.copyOf(order, batches * batch))[0];
    }

    private int[] order(int epoch) {
        return Dataset.order(data.training().size(), options.seed() * 1_000_003 + epoch);
    }

    /** One step. @return the batch's loss before it; parameters stay unless loss and gradient are finite */
    private double descend(int[] order, int index, long number, double rate) {
        try (PointerScope _ = new PointerScope()) {
            int[] indices = Arrays.copyOfRange(order, index * batch, (index + 1) * batch);
            Batch samples = training.of(indices, options.seed() * 1_000_003 + number);
            student.clearGradients();
            student.rememberStatistics();
            org.bytedeco.pytorch.Tensor loss = objective.of(student.run(samples, true), samples);
            double value = loss.item_double();
            if (Double.isFinite(value)) {
                loss.backward();
                double norm = descender.step(rate, number);
                value = Double.isFinite(norm) ? value : norm;
            }
            if (!Double.isFinite(value)) {
                student.recallStatistics();
            }
            return value;
        }
    }

    private Epoch judged(int number, double loss) {
        if (validation.samples() == 0) {
            return new Epoch(number, loss, Double.NaN, Double.NaN);
        }
        int[] all = new int[validation.samples()];
        Arrays.setAll(all, i -> i);
        double[] judged = judge(validation, all);
        return new Epoch(number, loss, judged[0], judged[1]);
    }

    /** Mean loss, and the share that is right, of samples in evaluation. */
    private double[] judge(Batches from, int[] indices) {
        double sum = 0;
        long right = 0;
        int at = 0;
        try (NoGradGuard _ = new NoGradGuard()) {
            while (at < indices.length) {
                try (PointerScope _ = new PointerScope()) {
                    int size = Math.min(2 * batch, indices.length - at);
                    Batch samples = from.of(Arrays.copyOfRange(indices, at, at + size), 0);
                    Map<String, org.bytedeco.pytorch.Tensor> values = student.run(samples, false);
                    sum += objective.of(values, samples).item_double() * size;
                    long named = objective.right(values, samples);
                    right = named < 0 || right < 0 ? -1 : right + named;
                    at += size;
                }
            }
        }
        return new double[] {sum / indices.length, right < 0 ? Double.NaN : (double) right / indices.length};
    }

    /** Running statistics trail behind the weights; those of the final weights are kept where they judge better. */
    private void improveStatistics(Course course) {
        if (validation.samples() == 0 || course.bestEpoch == 0 || !student.hasStatistics()) {
            return;
        }
        new Statistics(student, plain, batch).estimate();
        if (!(judged(course.bestEpoch, 0).validationLoss() < course.bestLoss)) {
            student.restore(course.best);
        }
    }

    /** Where training is. */
    private final class Course {
        private final double rate;
        private final long steps;
        private final RateSchedule schedule;
        private final List<Epoch> history;
        private final long began = System.nanoTime();
        private final long first;
        private Map<String, Tensor> best;
        private int bestEpoch;
        private double bestLoss;
        private long step;
        private double lossSum;
        private double smooth = Double.NaN;
        private int[] order;
        private long saved = System.nanoTime();

        Course(Checkpoint from) {
            this.rate = from.rate();
            this.steps = (long) options.schedule().epochs() * stepsPerEpoch;
            this.schedule = new RateSchedule(rate, steps, options.schedule().warmUp());
            this.history = new ArrayList<>(from.history());
            this.best = from.best();
            this.bestEpoch = from.bestEpoch();
            this.bestLoss = from.bestLoss();
            this.step = from.step();
            this.first = step;
            this.lossSum = from.lossSum();
            this.order = order(epoch());
        }

        private int epoch() {
            return (int) (step / stepsPerEpoch);
        }

        boolean isOver() {
            int patience = options.schedule().patience();
            return patience > 0 && step % stepsPerEpoch == 0 && epoch() - bestEpoch >= patience;
        }

        void next() {
            int within = (int) (step % stepsPerEpoch);
            double loss = descend(order, within, step + 1, schedule.at(step));
            if (!Double.isFinite(loss)) {
                throw diverged(loss);
            }
            step++;
            lossSum += loss;
            smooth = Double.isNaN(smooth) ? loss : SMOOTHING * smooth + (1 - SMOOTHING) * loss;
            tell(within);
            if (within + 1 == stepsPerEpoch) {
                finishEpoch();
            } else if (System.nanoTime() - saved > CHECKPOINT_NANOS) {
                save();
            }
        }

        private void finishEpoch() {
            Epoch done = judged(epoch(), lossSum / stepsPerEpoch);
            history.add(done);
            double loss = Double.isNaN(done.validationLoss()) ? done.loss() : done.validationLoss();
            if (loss < bestLoss || Double.isNaN(done.validationLoss())) {
                best = student.state();
                bestEpoch = done.number();
                bestLoss = loss;
            }
            lossSum = 0;
            order = order(epoch());
            if (System.nanoTime() - saved > EPOCH_CHECKPOINT_NANOS || step == steps) {
                save();
            }
        }

        private void tell(int within) {
            double seconds = (System.nanoTime() - began) / 1e9;
            double left = seconds / Math.max(1, step - first) * (steps - step);
            String phase = "epoch " + (step - within - 1 + stepsPerEpoch) / stepsPerEpoch + " of "
                    + options.schedule().epochs();
            listener.progress(new TrainListener.Progress(phase, step, steps, smooth, left));
        }

        void save() {
            new Checkpoint(
                            identity,
                            rate,
                            step,
                            lossSum,
                            bestEpoch,
                            bestLoss,
                            history,
                            best,
                            student.state(),
                            Student.copies(descender.state()))
                    .write(request.folder());
            saved = System.nanoTime();
        }

        private SelvedgeException diverged(double loss) {
            save();
            return new SelvedgeException(
                    ErrorCode.NAN_LOSS,
                    String.format(
                            Locale.ROOT,
                            "the loss or its gradient is %s at step %d of %d (epoch %d, learning rate %.3g); the "
                                    + "parameters in front of that step are in %s. Give a lower --learning-rate than %.3g, "
                                    + "or look for values in the data that are far out",
                            loss,
                            step + 1,
                            steps,
                            epoch() + 1,
                            schedule.at(step),
                            Checkpoint.in(request.folder()),
                            rate));
        }
    }

    @Override
    public void close() {
        descender.close();
        student.close();
        teacher.ifPresent(TrainableGraph::close);
    }
}
