package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.eval.Evaluation;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.PairedComparison;
import io.selvedge.compress.eval.Reference;
import io.selvedge.compress.quant.Quantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Variants of one model, compiled as {@code deploy} would, judged by the same data and timed by turns on this machine. */
public final class SideBySide implements AutoCloseable {
    private static final long SEED = 1;

    private final Workshop workshop;
    private final ProgressListener progress;
    private final List<Build> builds = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /**
     * What one variant is and does. Times are empty where this machine does not run the target's code.
     *
     * @param codedWeightBytes of the weights in a bundle that stores them coded
     */
    public record Finding(
            String name,
            boolean isInt8,
            long weightBytes,
            long codedWeightBytes,
            long arenaBytes,
            long bundleBytes,
            OptionalDouble microsP50,
            Optional<Score> score) {}

    /** By the metric, and what that is less than the first variant's in points, with the interval's ends. */
    public record Score(double value, PairedComparison lost) {}

    /** Data to judge by. */
    public record Judged(Dataset evaluation, Metric metric) {}

    /**
     * Opens a place to compile in.
     *
     * @param targets names; empty for this machine's best
     * @throws SelvedgeException BAD_OPTION for an unknown target, IO_ERROR without space
     */
    public SideBySide(List<String> targets, Optional<Path> cc, ProgressListener progress) {
        this(targets, cc, false, progress);
    }

    /** @param coded whether bundles are stored coded */
    public SideBySide(List<String> targets, Optional<Path> cc, boolean coded, ProgressListener progress) {
        this.progress = progress;
        DeployRequest request = new DeployRequest(
                Path.of("variant.onnx"),
                new DeployData.None(),
                Budgets.NONE,
                targets,
                Path.of("."),
                SEED,
                List.of(ImportOptions.none()),
                List.of(),
                cc,
                false,
                coded,
                List.of(),
                OptionalInt.of(1),
                OptionalInt.empty());
        try {
            this.workshop = new Workshop(request, "0".repeat(64), progress);
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "no folder to compile in (" + IoReason.of(e) + ")", e);
        }
    }

    /** Compiles a variant in float. */
    public void add(String name, Graph imported) {
        progress.progress("compile " + name, 0, 0);
        names.add(name);
        builds.add(build(name, Candidate.Dtype.FP32, Compiler.simplify(imported)));
    }

    /** Compiles a variant in int8, calibrated on these data. */
    public void addInt8(String name, Graph imported, Dataset calibration) {
        progress.progress("compile " + name, 0, 0);
        names.add(name);
        builds.add(build(name, Candidate.Dtype.INT8, int8(imported, calibration)));
    }

    private Build build(String name, Candidate.Dtype dtype, Graph graph) {
        return workshop.build(
                name.replaceAll("[^A-Za-z0-9]+", "-"),
                dtype,
                List.of(new Bindings.Bound(Map.of(), graph)),
                Set.of(),
                List.of());
    }

    private Graph int8(Graph imported, Dataset calibration) {
        Graph simplified = Compiler.simplify(imported);
        LevelsTrial trial = new LevelsTrial(workshop.compiler(), simplified, progress);
        return Quantizer.quantize(simplified, trial.ranges(calibration, "the calibration data"), Set.of());
    }

    /** Options in which open dimensions that the user did not bind take the shape of the data's samples. */
    public static ImportOptions bound(Path model, ImportOptions options, DataSource data, String where) {
        return OpenDimensions.bind(model, options, data.evaluation().inputs(), where);
    }

    /** Median microseconds of the last variant, and of the first one, timed by turns. */
    public double ratioOfLastToFirst() {
        List<Stopwatch.Latency> both = Stopwatch.measure(
                List.of(builds.getFirst().session(), builds.getLast().session()), progress);
        return both.getLast().microsP50() / both.getFirst().microsP50();
    }

    /** Forgets the last variant. */
    public void removeLast() {
        builds.removeLast();
        names.removeLast();
    }

    /** Whether this machine runs the target's code. */
    public boolean measures() {
        return workshop.measures();
    }

    /** Everything about every variant, in the order in which they were added. */
    public List<Finding> findings(Optional<Judged> data) {
        List<Optional<Score>> scores = data.map(this::scores)
                .orElseGet(
                        () -> builds.stream().map(_ -> Optional.<Score>empty()).toList());
        List<Stopwatch.Latency> latencies = workshop.measures()
                ? Stopwatch.measure(builds.stream().map(Build::session).toList(), progress)
                : List.of();
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < builds.size(); i++) {
            Build build = builds.get(i);
            findings.add(new Finding(
                    names.get(i),
                    build.dtype() == Candidate.Dtype.INT8,
                    build.weightBytes(),
                    workshop.codedWeightBytes(build),
                    build.compilation().planned().arenaBytes(),
                    build.bundleBytes(),
                    latencies.isEmpty()
                            ? OptionalDouble.empty()
                            : OptionalDouble.of(latencies.get(i).microsP50()),
                    scores.get(i)));
        }
        return findings;
    }

    private List<Optional<Score>> scores(Judged data) {
        List<Optional<Score>> scores = new ArrayList<>();
        Reference original = evaluator(data, builds.getFirst())
                .original(new SessionRunner(builds.getFirst().session()));
        for (Build build : builds) {
            Evaluation found = build == builds.getFirst()
                    ? original.evaluation()
                    : evaluator(data, build).candidate(new SessionRunner(build.session()), original);
            PairedComparison lost = build == builds.getFirst()
                    ? PairedComparison.ofOriginal(found)
                    : PairedComparison.of(original.evaluation(), found, SEED);
            scores.add(Optional.of(new Score(found.value(), lost)));
        }
        return scores;
    }

    private Evaluator evaluator(Judged data, Build build) {
        return new Evaluator(
                data.evaluation(),
                data.metric(),
                (done, total) -> progress.progress("measure accuracy of " + build.name(), done, total));
    }

    @Override
    public void close() {
        workshop.close();
    }
}
