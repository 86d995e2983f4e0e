package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.memory.ArenaSearch;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.program.Program;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.deploy.Candidate.Dtype;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.CorrectionChoice;
import io.selvedge.compress.quant.QuantizationPlan;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.tune.TunedForms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** The walk's second half: candidates of one model are built and measured until there is one to choose. */
final class Search {
    private static final int NOISE_SAMPLES = 2;
    private static final int GOLDEN_SAMPLES = 2;
    private static final int MOST_MIXED = 3;

    private final DeployRequest request;
    private final ProgressListener progress;
    private final Workshop workshop;
    private final Bindings bindings;
    /** The first binding's graph, which is judged. */
    private final Graph simplified;

    private final Optional<EvaluationData> data;
    private final String sha256;
    private final List<Build> builds = new ArrayList<>();
    private final Map<String, Judge.Verdict> verdicts = new HashMap<>();
    private final Map<String, double[]> stepMicros = new HashMap<>();
    private final Map<String, List<Bindings.Bound>> graphsOf = new HashMap<>();
    /** What makes a candidate need less arena than the one that it is a form of. */
    private final Map<String, String> how = new HashMap<>();

    private Map<String, Map<String, Double>> snr = new HashMap<>();
    private Optional<Noise> noise = Optional.empty();
    private Optional<Judge> judge = Optional.empty();
    private int calibrationSamples;
    /** What makes the int8 candidate lose less; empty for nothing but what is always done. */
    private String corrections = "";

    Search(
            DeployRequest request,
            ProgressListener progress,
            Workshop workshop,
            Bindings bindings,
            Optional<EvaluationData> data,
            String sha256) {
        this.request = request;
        this.progress = progress;
        this.workshop = workshop;
        this.bindings = bindings;
        this.simplified = bindings.first();
        this.data = data;
        this.sha256 = sha256;
    }

    DeployResult run() throws IOException {
        boolean given = simplified.nodes().stream().anyMatch(n -> n.op().type().endsWith("QuantizeLinear"));
        data.ifPresent(this::checkInputs);
        Build first =
                add(given ? "as-given" : "fp32", given ? Dtype.INT8 : Dtype.FP32, UnaryOperator.identity(), Set.of());
        data.ifPresent(d -> {
            judge = Optional.of(new Judge(d.evaluation(), d.metric(), request.seed(), first, progress));
            verdicts.put(first.name(), judge.get().original());
        });
        if (!given
                && data.flatMap(EvaluationData::calibration).isPresent()
                && !Quantizer.quantizableNodes(simplified).isEmpty()) {
            quantized(data.get().calibration().orElseThrow());
        }
        request.variants().forEach(this::variant);
        smaller();
        return result();
    }

    private void variant(Variant variant) {
        if (builds.stream().anyMatch(build -> build.name().equals(variant.name()))) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "there is a candidate '" + variant.name() + "' already; call " + variant.model() + " otherwise");
        }
        progress.progress("compile " + variant.name(), 0, 0);
        List<Bindings.Bound> graphs = variant.read(request, data, simplified).map(UnaryOperator.identity());
        graphsOf.put(variant.name(), graphs);
        Dtype dtype = Variant.dtype(graphs.getFirst().graph());
        judged(added(workshop.build(variant.name(), dtype, graphs, Set.of(), golden())));
        if (!variant.how().isEmpty()) {
            how.put(variant.name(), variant.how());
        }
    }

    private void checkInputs(EvaluationData given) {
        ModelInputs model = ModelInputs.of(simplified);
        model.check(given.evaluation().inputs(), given.where());
        given.calibration()
                .ifPresent(samples -> model.check(samples.inputs(), "the calibration data of " + given.where()));
    }

    private Build add(String name, Dtype dtype, UnaryOperator<Graph> form, Set<String> keepFloat) {
        progress.progress("compile " + name, 0, 0);
        List<Bindings.Bound> graphs = bindings.map(form);
        graphsOf.put(name, graphs);
        return added(workshop.build(name, dtype, graphs, keepFloat, golden()));
    }

    private Build added(Build build) {
        builds.add(build);
        stepMicros.put(build.name(), Stopwatch.steps(build));
        return build;
    }

    /** Candidates that need more arena than the budget also in forms that need less and answer the same. */
    private void smaller() {
        if (request.budgets().maxArenaBytes().isEmpty()) {
            return;
        }
        long budget = request.budgets().maxArenaBytes().getAsLong();
        for (Build build : List.copyOf(builds)) {
            long arenaBytes = build.compilation().planned().arenaBytes();
            for (ArenaSearch.Form form : ArenaSearch.Form.values()) {
                if (arenaBytes > budget) {
                    arenaBytes = Math.min(arenaBytes, smaller(build, form, budget));
                }
            }
        }
    }

    /** Arena of the form, which becomes a candidate; without end when there is none. */
    private long smaller(Build build, ArenaSearch.Form form, long budget) {
        String name = build.name() + "-" + form.name().toLowerCase(Locale.ROOT);
        progress.progress("look for " + name, 0, 0);
        Optional<ArenaSearch.Planned> found =
                ArenaSearch.find(build.compilation().planned().program(), form, budget);
        if (found.isEmpty()) {
            return Long.MAX_VALUE;
        }
        progress.progress("compile " + name, 0, 0);
        Build smaller = added(workshop.build(
                name,
                build.dtype(),
                Objects.requireNonNull(graphsOf.get(build.name())),
                build.keepFloat(),
                golden(),
                program -> ArenaSearch.find(program, form, budget)
                        .map(ArenaSearch.Planned::plan)
                        .orElseGet(() -> Compiler.plan(program)),
                build.tuned()));
        if (!smaller.model().goldenVectors().equals(build.model().goldenVectors())) {
            throw new IllegalStateException(name + " answers otherwise than " + build.name());
        }
        how.put(name, found.get().how());
        Optional.ofNullable(verdicts.get(build.name())).ifPresent(verdict -> verdicts.put(name, verdict));
        Optional.ofNullable(snr.get(build.name())).ifPresent(db -> snr.put(name, db));
        return smaller.compilation().planned().arenaBytes();
    }

    private List<Map<String, float[]>> golden() {
        List<Map<String, float[]>> golden = new ArrayList<>();
        if (data.isPresent()) {
            Dataset evaluation = data.get().evaluation();
            for (int i = 0; i < Math.min(GOLDEN_SAMPLES, evaluation.size()); i++) {
                golden.add(evaluation.get(i).inputs());
            }
        } else {
            golden.add(BundleBuilder.zeros(simplified));
        }
        return golden;
    }

    private void quantized(Dataset calibration) {
        List<Map<String, Tensor>> samples = calibration.tensors(simplified);
        calibrationSamples = samples.size();
        bindings.requireSameLayers();
        QuantizationPlan plan = plan(samples);
        Build int8 = add("int8", Dtype.INT8, graph -> Quantizer.quantize(graph, plan, Set.of()), Set.of());
        progress.progress("measure noise per layer", 0, 0);
        Noise measured = new Noise(simplified, samples.subList(0, Math.min(NOISE_SAMPLES, samples.size())));
        noise = Optional.of(measured);
        snr.put("int8", measured.byValue(int8.graph()));
        judged(int8);
        mixed(plan, measured, int8);
    }

    private void judged(Build build) {
        judge.ifPresent(j -> verdicts.put(build.name(), j.verdict(build)));
    }

    private QuantizationPlan plan(List<Map<String, Tensor>> samples) {
        progress.progress("compile for calibration", 0, 0);
        Graph exposing = NativeActivations.exposing(simplified);
        Build build = workshop.build(
                "calibration",
                Dtype.FP32,
                bindings.firstAlone(exposing),
                Set.of(),
                List.of(),
                Compiler::plan,
                TunedForms.NONE);
        NativeActivations source = new NativeActivations(build.compilation().fused(), build.session());
        Calibration calibration = Calibration.of(
                simplified,
                samples,
                CorrectionChoice.samples(simplified, samples.size()),
                source,
                done -> progress.progress("calibrate", done, 2L * samples.size()));
        progress.progress("choose corrections for int8", 0, 0);
        CorrectionChoice.Result choice = CorrectionChoice.choose(calibration);
        corrections = choice.corrections().text();
        return calibration.plan(choice.corrections());
    }

    /** Gives layers back to fp32 until the drop is within the budget; one layer when int8 already is, to show the price. */
    private void mixed(QuantizationPlan plan, Noise measured, Build int8) {
        progress.progress("find the layers that int8 hurts", 0, 0);
        Map<String, Double> layerSnr = new HashMap<>();
        for (Program.Step step : int8.steps()) {
            measured.ofStep(step, snr.getOrDefault("int8", Map.of())).ifPresent(db -> {
                for (String node : Build.nodes(step)) {
                    layerSnr.put(node, db);
                }
            });
        }
        Map<String, Double> slow = byNode(builds.getFirst());
        Map<String, Double> fast = byNode(int8);
        Map<String, Double> lost = new HashMap<>();
        slow.forEach((node, micros) -> lost.put(node, micros - fast.getOrDefault(node, micros)));
        List<String> order = MixedPrecision.order(simplified, plan, measured, layerSnr, lost);
        // One layer at least stays int8, or it would be the original again.
        int most = Math.min(order.size(), Quantizer.quantizableNodes(simplified).size() - 1);
        for (int count = 1, built = 0; count <= most && built < MOST_MIXED; count *= 2, built++) {
            Set<String> keepFloat = Set.copyOf(order.subList(0, count));
            Build build =
                    add("mixed-" + count, Dtype.MIXED, graph -> Quantizer.quantize(graph, plan, keepFloat), keepFloat);
            snr.put(build.name(), measured.byValue(build.graph()));
            judged(build);
            Judge.Verdict verdict = verdicts.get(build.name());
            if (verdict == null
                    || verdict.choice().drop() <= request.budgets().maxDrop().orElse(Double.POSITIVE_INFINITY)) {
                return;
            }
        }
    }

    private Map<String, Double> byNode(Build build) {
        Map<String, Double> micros = new HashMap<>();
        double[] times = Objects.requireNonNull(stepMicros.get(build.name()));
        for (int i = 0; i < times.length; i++) {
            for (String node : Build.nodes(build.steps().get(i))) {
                micros.merge(node, times[i], Double::sum);
            }
        }
        return micros;
    }

    private DeployResult result() throws IOException {
        List<Optional<Stopwatch.Latency>> latencies = latencies();
        List<Choice.Entry> entries = new ArrayList<>();
        for (int i = 0; i < builds.size(); i++) {
            Judge.Verdict verdict = verdicts.get(builds.get(i).name());
            Build build = builds.get(i);
            entries.add(new Choice.Entry(
                    build.name(),
                    verdict == null
                            ? OptionalDouble.empty()
                            : OptionalDouble.of(verdict.choice().drop()),
                    micros(latencies.get(i), Stopwatch.Latency::microsP50),
                    build.compilation().planned().arenaBytes(),
                    build.bundleBytes()));
        }
        Outcome outcome = Choice.of(entries, request.budgets());
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < builds.size(); i++) {
            candidates.add(candidate(builds.get(i), entries.get(i), latencies.get(i), entries, outcome));
        }
        Build featured = builds.stream()
                .filter(b -> b.name().equals(outcome.candidate()))
                .findFirst()
                .orElseThrow();
        List<BindingFinding> findings =
                featured.bindings(latencies.get(builds.indexOf(featured)), workshop.target(), progress);
        List<ThreadFinding> threads = request.threads().isPresent() ? List.of() : workshop.threads(featured, progress);
        List<Path> written = outcome instanceof Outcome.Chosen ? write(featured, threads) : List.of();
        return new DeployResult(
                new DeployResult.Model(request.model().getFileName().toString(), sha256),
                workshop.target(),
                workshop.compiledOnly(),
                GivenOptions.of(request, bindings),
                GivenOptions.toolVersion(),
                request.seed(),
                Machine.host(),
                data.map(d -> d.metric().name()).orElse("none"),
                judge.map(Judge::samples).orElse(0),
                judge.map(Judge::choiceSamples).orElse(0),
                calibrationSamples,
                request.budgets(),
                candidates,
                findings,
                threads,
                outcome,
                Outlines.arena(featured.compilation().planned()),
                Outlines.of(simplified, builds.getFirst().dtypes()),
                Outlines.of(featured.graph(), featured.dtypes()),
                written);
    }

    /** Nothing where this machine runs none of the targets: the code that judged is another one's. */
    private List<Optional<Stopwatch.Latency>> latencies() {
        if (!workshop.measures()) {
            return builds.stream().map(_ -> Optional.<Stopwatch.Latency>empty()).toList();
        }
        return Stopwatch.measure(builds.stream().map(Build::session).toList(), progress).stream()
                .map(Optional::of)
                .toList();
    }

    private static OptionalDouble micros(
            Optional<Stopwatch.Latency> latency, ToDoubleFunction<Stopwatch.Latency> part) {
        return latency.isPresent() ? OptionalDouble.of(part.applyAsDouble(latency.get())) : OptionalDouble.empty();
    }

    private Candidate candidate(
            Build build,
            Choice.Entry entry,
            Optional<Stopwatch.Latency> latency,
            List<Choice.Entry> entries,
            Outcome outcome) {
        Optional<Judge.Verdict> verdict = Optional.ofNullable(verdicts.get(build.name()));
        // The original loses nothing against itself, however few the samples.
        boolean original = build == builds.getFirst();
        return new Candidate(
                build.name(),
                build.dtype(),
                layers(build),
                number(verdict.map(Judge.Verdict::value)),
                number(verdict.map(v -> v.report().drop())),
                number(verdict.map(v -> original ? 0 : v.report().interval().low())),
                number(verdict.map(v -> original ? 0 : v.report().interval().high())),
                number(verdict.map(Judge.Verdict::snrDb).filter(Double::isFinite)),
                proven(original, verdict),
                micros(latency, Stopwatch.Latency::microsP50),
                micros(latency, Stopwatch.Latency::microsP95),
                latency.isPresent() ? Candidate.LatencyOn.MEASURED : Candidate.LatencyOn.NONE,
                request.threads().orElse(1),
                build.compilation().planned().arenaBytes(),
                build.compilation().preparedBytes(),
                build.weightBytes(),
                build.storedWeightBytes(),
                build.compilation().codeBytes(workshop.target()),
                build.bundleBytes(),
                workshop.loadMicros(build),
                outcome instanceof Outcome.Chosen && outcome.candidate().equals(build.name()),
                Choice.reason(entry, entries, outcome, request.budgets())
                        + (how.containsKey(build.name()) ? " (" + how.get(build.name()) + ")" : "")
                        + (build.name().equals("int8") && !corrections.isEmpty() ? " (" + corrections + ")" : ""));
    }

    private boolean proven(boolean original, Optional<Judge.Verdict> verdict) {
        OptionalDouble max = request.budgets().maxDrop();
        return verdict.isPresent()
                && max.isPresent()
                && (original ? 0 <= max.getAsDouble() : verdict.get().report().proven(max.getAsDouble()));
    }

    private List<LayerFinding> layers(Build build) {
        List<LayerFinding> layers = new ArrayList<>();
        double[] micros = Objects.requireNonNull(stepMicros.get(build.name()));
        for (int i = 0; i < build.steps().size(); i++) {
            Program.Step step = build.steps().get(i);
            OptionalDouble db = noise.isPresent() && snr.containsKey(build.name())
                    ? noise.get().ofStep(step, snr.get(build.name()))
                    : OptionalDouble.empty();
            layers.add(new LayerFinding(
                    step.name(),
                    build.dtype(step),
                    workshop.measures() ? OptionalDouble.of(micros[i]) : OptionalDouble.empty(),
                    db,
                    workshop.tuned(build, i)));
        }
        return layers;
    }

    private static OptionalDouble number(Optional<Double> value) {
        return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
    }

    private List<Path> write(Build build, List<ThreadFinding> threads) throws IOException {
        Path bundle = request.outputDir().resolve("model.selv");
        int count = threads.stream()
                .filter(ThreadFinding::chosen)
                .mapToInt(ThreadFinding::threads)
                .findFirst()
                .orElse(1);
        Path built = count == 1
                ? build.bundle()
                : workshop.withThreads(build, count, bindings.map(UnaryOperator.identity()), golden());
        Files.copy(built, bundle, StandardCopyOption.REPLACE_EXISTING);
        Path onnx = request.outputDir().resolve("model.onnx");
        OnnxExporter.write(
                build.graph(), onnx, Map.of("selvedge.candidate", build.name(), "selvedge.source.sha256", sha256));
        return List.of(bundle, onnx);
    }
}
