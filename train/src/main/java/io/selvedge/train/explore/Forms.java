package io.selvedge.train.explore;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compress.data.DataDescription;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.deploy.GivenOptions;
import io.selvedge.compress.deploy.LevelsTrial;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.compress.prune.CriterionCatalog;
import io.selvedge.compress.prune.FilterPruning;
import io.selvedge.compress.prune.Groups;
import io.selvedge.compress.prune.Masking;
import io.selvedge.compress.prune.Pattern;
import io.selvedge.compress.prune.Preparation;
import io.selvedge.compress.prune.WeightPruning;
import io.selvedge.compress.prune.Widths;
import io.selvedge.compress.quant.ActivationGrid;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.compress.quant.WeightGrid;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Optimizer;
import io.selvedge.train.TrainOptions.Schedule;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import io.selvedge.train.process.TrainingProcess;
import io.selvedge.train.quant.QuantizationAwareTraining;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongConsumer;

/** Forms of one model: as it was imported, pruned by a recipe, trained, quantised. */
final class Forms {
    /** Of weights that are tried. */
    static final List<String> LEVELS = List.of("int8", "int4", "log4");

    private static final int TIMED_STEPS = 60;
    private static final double LEAST_SECONDS = 1e-4;
    /** Share of the time of a step from which on rounded factors are worth it. */
    private static final double MIXED_PAYS = 0.9;

    private final Explorer.Request request;
    private final Compiler compiler;
    private final Dataset calibration;
    private final ProgressListener progress;
    private final Graph original;
    private final Graph int8;
    private final Widths widths;
    private final TrialFolder folder;
    private final Pace pace;
    private final LearningRates rates;

    Forms(Explorer.Request request, DataSource data, ProgressListener progress) {
        this.request = request;
        this.progress = progress;
        this.compiler = new Compiler(request.cc().map(Toolchain::of).orElseGet(Toolchain::bundled));
        this.calibration = data.calibration()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.EMPTY_DATA,
                        "'" + request.data()
                                + "' says nothing about calibration samples, without which nothing is quantised;"
                                + " add 'calibration: {split: 200, seed: 1}'"));
        ImportOptions bound = SideBySide.bound(request.model(), request.options(), data, "'" + request.data() + "'");
        this.original = Preparation.of(OnnxImporter.read(request.model(), bound));
        this.int8 = quantized(original);
        this.widths = new Widths(request.targets().stream()
                .findFirst()
                .map(TargetCatalog::byName)
                .orElseGet(() -> HostCpu.detect().best())
                .lanes());
        this.folder = TrialFolder.of(
                request.cache(),
                request.model(),
                request.data(),
                bound + " seed " + request.seed() + " lanes " + widths.lanes() + " tool " + GivenOptions.toolVersion());
        this.rates = new LearningRates(folder);
        this.pace = pace(data);
    }

    private Pace pace(DataSource data) {
        TrainOptions usual = TrainOptions.of(1, request.seed());
        double validation = DataDescription.read(request.data())
                .training()
                .map(DataDescription.Training::validation)
                .orElse(usual.validation());
        double samples = data.training().orElse(calibration).size() * (1 - validation);
        int stepsPerEpoch = (int) Math.max(1, samples / usual.schedule().batch());
        double whole = folder.secondsPerStep("float32", () -> secondsPerStep(stepsPerEpoch, false));
        double mixed = folder.secondsPerStep("mixed", () -> secondsPerStep(stepsPerEpoch, true));
        boolean pays = mixed < MIXED_PAYS * whole;
        return new Pace(pays ? mixed : whole, stepsPerEpoch, pays);
    }

    private double secondsPerStep(int stepsPerEpoch, boolean mixedPrecision) {
        progress.progress("time a step of training", 0, 0);
        Pace.Stopwatch watch = new Pace.Stopwatch();
        TrainingProcess.train(
                new TrainRequest(
                                original,
                                Optional.of(original),
                                options(Math.min(TIMED_STEPS, stepsPerEpoch), stepsPerEpoch, OptionalDouble.of(1e-6), 0)
                                        .withMixedPrecision(mixedPrecision),
                                List.of(),
                                folder.path().resolve("timed-" + mixedPrecision))
                        .withoutEvaluation(),
                request.data(),
                watch);
        return Math.max(watch.secondsPerStep(), LEAST_SECONDS);
    }

    Pace pace() {
        return pace;
    }

    /** So many steps behind those that were done before, on other samples than these where one pass is not used up. */
    private TrainOptions options(int steps, int stepsPerEpoch, OptionalDouble rate, int before) {
        int epochs = Math.max(1, steps / stepsPerEpoch);
        TrainOptions usual = TrainOptions.of(epochs, request.seed() + before).withThreads(1);
        Schedule schedule = usual.schedule();
        Descent descent = usual.descent();
        // Imported nets are folded: their layers' weights differ in size a hundredfold.
        return usual.with(new Descent(
                        Optimizer.LAMB, descent.momentum(), descent.weightDecay(), descent.maxGradientNorm()))
                .with(new Schedule(
                        epochs,
                        schedule.batch(),
                        rate,
                        schedule.warmUp(),
                        schedule.patience(),
                        steps < stepsPerEpoch ? OptionalInt.of(steps) : OptionalInt.empty()));
    }

    Graph original() {
        return original;
    }

    Graph int8() {
        return int8;
    }

    SideBySide sideBySide() {
        return new SideBySide(request.targets(), request.cc(), request.coded(), progress);
    }

    /** Cut and quantised, not trained; nothing when so large a share rounds to nothing, or a share of nothing is left. */
    Optional<Trial> untrained(Recipe recipe) {
        try {
            Graph form = recipe.filters() == 0 ? original : pruned(recipe.filters());
            if (recipe.zeros() > 0) {
                form = Masking.apply(
                        form,
                        new WeightPruning(form, new Pattern.Single(), Optional.empty()).masks(recipe.zeros(), true));
            }
            Optional<QuantizationAwareTraining> levels = fewLevels(recipe, form);
            Graph quantized = levels.isPresent() ? levels.get().quantized() : quantized(form);
            return Optional.of(
                    new Trial(recipe, form, quantized, 0, Optional.empty(), OptionalDouble.empty(), Optional.empty()));
        } catch (SelvedgeException e) {
            if (e.code() == ErrorCode.BAD_OPTION || e.code() == ErrorCode.NO_CANDIDATE_FITS) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Graph pruned(double ratio) {
        FilterPruning pruning = new FilterPruning(
                original, Groups.of(original), CriterionCatalog.named("l1", Optional.empty()), widths);
        return pruning.apply(pruning.ratio(ratio, true));
    }

    LearningRates rates() {
        return rates;
    }

    /** The trial after so many more steps; may be called for several at once. */
    Trial trained(Trial trial, int steps, LongConsumer steppedTo) {
        int total = trial.steps() + steps;
        TrialFolder.Result result =
                folder.result(trial.recipe(), total).orElseGet(() -> train(trial, steps, total, steppedTo));
        return new Trial(
                trial.recipe(),
                result.trained(),
                result.quantized(),
                total,
                trial.finding(),
                trial.drop(),
                Optional.empty());
    }

    private TrialFolder.Result train(Trial trial, int steps, int total, LongConsumer steppedTo) {
        Optional<QuantizationAwareTraining> levels = fewLevels(trial.recipe(), trial.trained());
        TrainOptions options = options(steps, pace.stepsPerEpoch(), rates.of(trial.recipe()), trial.steps())
                .withMixedPrecision(pace.mixedPrecision());
        List<Treatment> treatments = new ArrayList<>(zeros(trial));
        // The levels are those of folded weights.
        levels.ifPresent(form -> treatments.addAll(form.treatments()));
        TrainResult result = TrainingProcess.train(
                new TrainRequest(
                                levels.map(QuantizationAwareTraining::graph).orElse(trial.trained()),
                                Optional.of(original),
                                options.withRestoredBatchNorm(levels.isEmpty()),
                                treatments,
                                folder.training(trial.recipe(), total))
                        .withoutEvaluation(),
                request.data(),
                step -> {
                    if (step.phase().startsWith("epoch")) {
                        steppedTo.accept(step.step());
                    }
                });
        rates.found(trial.recipe(), OptionalDouble.of(result.learningRate()));
        return folder.keep(
                trial.recipe(),
                total,
                new TrialFolder.Result(
                        result.graph(),
                        levels.map(form -> form.quantized(result)).orElseGet(() -> quantized(result.graph()))));
    }

    /** The form with coarser levels than int8, where the recipe wants them. */
    private Optional<QuantizationAwareTraining> fewLevels(Recipe recipe, Graph graph) {
        WeightGrid grid = WeightGrid.named(recipe.levels()).orElseThrow();
        if (grid == WeightGrid.INT8) {
            return Optional.empty();
        }
        Graph simplified = Compiler.simplify(graph);
        return Optional.of(new QuantizationAwareTraining(
                simplified,
                ranges(simplified),
                Levels.of(Quantizer.quantizableNodes(simplified), grid, ActivationGrid.UINT8)));
    }

    /** What is zero stays zero. */
    private static List<Treatment> zeros(Trial trial) {
        List<Treatment> treatments = new ArrayList<>();
        if (trial.recipe().zeros() > 0) {
            trial.trained().constants().forEach((name, value) -> {
                if (value.dtype() == DType.FLOAT32 && value.shape().rank() > 1) {
                    treatments.add(new Treatment.Mask(
                            name, Tensor.filled(value.type(), i -> value.getFloat(i) == 0 ? 0 : 1)));
                }
            });
        }
        return treatments;
    }

    private Graph quantized(Graph graph) {
        Graph simplified = Compiler.simplify(graph);
        return Quantizer.quantize(simplified, ranges(simplified), Set.of());
    }

    /** One at a time: trainings side by side share the samples. It takes a second, and the round has the line of progress. */
    private synchronized Ranges ranges(Graph simplified) {
        return new LevelsTrial(compiler, simplified, ProgressListener.SILENT)
                .ranges(calibration, "'" + request.data() + "'");
    }
}
