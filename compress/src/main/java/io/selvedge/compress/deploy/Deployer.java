package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.program.Program;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.data.Sample;
import io.selvedge.compress.deploy.Candidate.Dtype;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.runtime.StatePair;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The walk from a model file to the best bundle: import, simplify, build fp32, int8 and mixed candidates, load each as a device
 * would, measure accuracy on the user's data and latency here, choose under the budgets.
 */
public final class Deployer {
    private static final int NOISE_SAMPLES = 2;
    private static final int GOLDEN_SAMPLES = 2;
    private static final int MOST_MIXED = 3;

    private final DeployRequest request;
    private final ProgressListener progress;

    private Deployer(DeployRequest request, ProgressListener progress) {
        this.request = request;
        this.progress = progress;
    }

    /**
     * Builds, measures and chooses.
     *
     * @throws SelvedgeException with a code for every fault of model, data, options, tool chain or file system; when nothing
     *     fits the budgets the result says so instead
     */
    public static DeployResult deploy(DeployRequest request, ProgressListener progress) {
        try {
            return new Deployer(request, progress).run();
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "a file cannot be written or read (" + IoReason.of(e)
                            + "); check the space and permissions of the output folder and of "
                            + System.getProperty("java.io.tmpdir"),
                    e);
        }
    }

    /**
     * Calibration and evaluation data with the metric that judges.
     *
     * @param where what messages call the data
     */
    private record Data(Optional<Dataset> calibration, Dataset evaluation, Metric metric, String where) {}

    private DeployResult run() throws IOException {
        if (request.threads() != 1) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "generated code runs on one thread for now; leave --threads at 1");
        }
        return switch (request.data()) {
            case DeployData.None() -> run(Optional.empty());
            case DeployData.Given(Dataset calibration, Dataset evaluation, Metric metric) ->
                run(Optional.of(new Data(Optional.of(calibration), evaluation, metric, "the data set")));
            case DeployData.Described(Path file) -> {
                progress.progress("open the data", 0, 0);
                try (DataSource source = DataSource.open(file)) {
                    yield run(Optional.of(new Data(
                            source.calibration(),
                            source.evaluation(),
                            MetricCatalog.named(source.metric()),
                            "'" + file + "'")));
                }
            }
        };
    }

    private DeployResult run(Optional<Data> data) throws IOException {
        if (data.isEmpty() && request.budgets().maxDrop().isPresent()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--max-drop needs --data: without data nobody knows what a candidate loses; describe some, or leave the"
                            + " budget out");
        }
        data.ifPresent(Deployer::requireTwoSamples);
        progress.progress("import the model", 0, 0);
        Graph imported = imported(data);
        String sha256 = sha256(request.model());
        Graph simplified = Compiler.simplify(imported);
        checkStates(simplified, data);
        try (Workshop workshop = new Workshop(request, sha256, progress)) {
            return new Search(workshop, simplified, data, sha256).run();
        }
    }

    private void checkStates(Graph graph, Optional<Data> data) {
        if (!request.states().isEmpty() && data.isPresent()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--state and --data do not go together yet: the samples of a stream hang on each other, and candidates are"
                            + " judged by single samples. Leave --data out for an fp32 bundle with states");
        }
        for (StatePair state : request.states()) {
            requireNamed(state, "output", state.output(), graph.outputs());
            requireNamed(state, "input", state.input(), graph.inputs());
            TensorType from = graph.type(state.output());
            TensorType to = graph.type(state.input());
            if (!from.equals(to)) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "--state " + state + ": the output is " + from + " and the input " + to
                                + "; a state must keep its type and shape from call to call");
            }
        }
    }

    private static void requireNamed(StatePair state, String kind, String name, List<String> names) {
        if (!names.contains(name)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--state " + state + ": the model has no " + kind + " '" + name + "'; it has " + names);
        }
    }

    /** Said before anything is compiled. */
    private static void requireTwoSamples(Data data) {
        int samples = data.evaluation().size();
        if (samples < 2) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA,
                    data.where() + " has " + (samples == 0 ? "no sample" : "1 sample")
                            + " to evaluate; it needs at least 2, half of them to choose by and half to report");
        }
    }

    /** Open dimensions that the user did not bind take the shape of the data's samples. */
    private Graph imported(Optional<Data> data) {
        ImportOptions shapes = data.isEmpty()
                ? request.shapes()
                : OpenDimensions.bind(
                        request.model(),
                        request.shapes(),
                        data.get().evaluation().inputs(),
                        data.get().where());
        return ModelReader.read(request.model(), shapes);
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[1 << 16];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                digest.update(piece, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One deployment's state. */
    private final class Search {
        private final Workshop workshop;
        private final Graph simplified;
        private final Optional<Data> data;
        private final String sha256;
        private final List<Build> builds = new ArrayList<>();
        private final Map<String, Judge.Verdict> verdicts = new HashMap<>();
        private final Map<String, double[]> stepMicros = new HashMap<>();
        private Map<String, Map<String, Double>> snr = new HashMap<>();
        private Optional<Noise> noise = Optional.empty();
        private Optional<Judge> judge = Optional.empty();
        private int calibrationSamples;

        Search(Workshop workshop, Graph simplified, Optional<Data> data, String sha256) {
            this.workshop = workshop;
            this.simplified = simplified;
            this.data = data;
            this.sha256 = sha256;
        }

        DeployResult run() throws IOException {
            boolean given =
                    simplified.nodes().stream().anyMatch(n -> n.op().type().equals("QuantizeLinear"));
            data.ifPresent(this::checkInputs);
            Build first = add(given ? "as-given" : "fp32", given ? Dtype.INT8 : Dtype.FP32, simplified, Set.of());
            data.ifPresent(d -> {
                judge = Optional.of(new Judge(d.evaluation(), d.metric(), request.seed(), first, progress));
                verdicts.put(first.name(), judge.get().original());
            });
            if (!given
                    && data.flatMap(Data::calibration).isPresent()
                    && !Quantizer.quantizableNodes(simplified).isEmpty()) {
                quantized(data.get().calibration().orElseThrow());
            }
            return result();
        }

        private void checkInputs(Data given) {
            Map<String, TensorType> types = new LinkedHashMap<>();
            simplified.inputs().forEach(input -> types.put(input, simplified.type(input)));
            ModelInputs model = new ModelInputs(types);
            model.check(given.evaluation().inputs(), given.where());
            given.calibration()
                    .ifPresent(samples -> model.check(samples.inputs(), "the calibration data of " + given.where()));
        }

        private Build add(String name, Dtype dtype, Graph graph, Set<String> keepFloat) {
            progress.progress("compile " + name, 0, 0);
            Build build = workshop.build(name, dtype, graph, keepFloat, golden());
            builds.add(build);
            stepMicros.put(name, Stopwatch.steps(build));
            return build;
        }

        private List<Map<String, float[]>> golden() {
            List<Map<String, float[]>> golden = new ArrayList<>();
            if (data.isPresent()) {
                Dataset evaluation = data.get().evaluation();
                for (int i = 0; i < Math.min(GOLDEN_SAMPLES, evaluation.size()); i++) {
                    golden.add(evaluation.get(i).inputs());
                }
            } else {
                Map<String, float[]> zeros = new LinkedHashMap<>();
                simplified
                        .inputs()
                        .forEach(input -> zeros.put(
                                input,
                                new float
                                        [Math.toIntExact(
                                                simplified.type(input).shape().elements())]));
                golden.add(zeros);
            }
            return golden;
        }

        private void quantized(Dataset calibration) {
            List<Map<String, Tensor>> samples = new ArrayList<>();
            for (int i = 0; i < calibration.size(); i++) {
                samples.add(tensors(calibration.get(i)));
            }
            calibrationSamples = samples.size();
            Ranges ranges = calibrate(samples);
            Build int8 = add("int8", Dtype.INT8, Quantizer.quantize(simplified, ranges, Set.of()), Set.of());
            progress.progress("measure noise per layer", 0, 0);
            Noise measured = new Noise(simplified, samples.subList(0, Math.min(NOISE_SAMPLES, samples.size())));
            noise = Optional.of(measured);
            snr.put("int8", measured.byValue(int8.graph()));
            judged(int8);
            mixed(ranges, measured, int8);
        }

        private void judged(Build build) {
            judge.ifPresent(j -> verdicts.put(build.name(), j.verdict(build)));
        }

        private Ranges calibrate(List<Map<String, Tensor>> samples) {
            progress.progress("compile for calibration", 0, 0);
            Graph exposing = NativeActivations.exposing(simplified);
            Build build = workshop.build("calibration", Dtype.FP32, exposing, Set.of(), List.of());
            NativeActivations source = new NativeActivations(build.compilation().fused(), build.session());
            return Calibrator.calibrate(
                    simplified, samples, source, done -> progress.progress("calibrate", done, 2L * samples.size()));
        }

        private Map<String, Tensor> tensors(Sample sample) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String input : simplified.inputs()) {
                float[] values = sample.inputs().get(input);
                if (values == null) {
                    throw new SelvedgeException(
                            ErrorCode.BAD_DATA,
                            "calibration sample '" + sample.name() + "' has no input '" + input + "'; it has "
                                    + sample.inputs().keySet());
                }
                TensorType type = simplified.type(input);
                if (values.length != type.shape().elements()) {
                    throw new SelvedgeException(
                            ErrorCode.SHAPE_MISMATCH,
                            "input '" + input + "' is " + type + " = "
                                    + type.shape().elements() + " values; calibration sample '" + sample.name()
                                    + "' has " + values.length);
                }
                tensors.put(input, Tensor.filled(type, i -> values[i]));
            }
            return tensors;
        }

        /** Gives layers back to fp32 until the drop is within the budget; one layer when int8 already is, to show the price. */
        private void mixed(Ranges ranges, Noise measured, Build int8) {
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
            List<String> order = MixedPrecision.order(simplified, ranges, measured, layerSnr, lost);
            // One layer at least stays int8, or it would be the original again.
            int most = Math.min(
                    order.size(), Quantizer.quantizableNodes(simplified).size() - 1);
            for (int count = 1, built = 0; count <= most && built < MOST_MIXED; count *= 2, built++) {
                Set<String> keepFloat = Set.copyOf(order.subList(0, count));
                Build build = add(
                        "mixed-" + count, Dtype.MIXED, Quantizer.quantize(simplified, ranges, keepFloat), keepFloat);
                snr.put(build.name(), measured.byValue(build.graph()));
                judged(build);
                Judge.Verdict verdict = verdicts.get(build.name());
                if (verdict == null
                        || verdict.choice().drop()
                                <= request.budgets().maxDrop().orElse(Double.POSITIVE_INFINITY)) {
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
            List<Stopwatch.Latency> latencies = Stopwatch.measure(builds, progress);
            List<Choice.Entry> entries = new ArrayList<>();
            for (int i = 0; i < builds.size(); i++) {
                Judge.Verdict verdict = verdicts.get(builds.get(i).name());
                Build build = builds.get(i);
                entries.add(new Choice.Entry(
                        build.name(),
                        verdict == null
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(verdict.choice().drop()),
                        latencies.get(i).microsP50(),
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
            List<Path> written = outcome instanceof Outcome.Chosen ? write(featured) : List.of();
            return new DeployResult(
                    new DeployResult.Model(request.model().getFileName().toString(), sha256),
                    workshop.target(),
                    options(),
                    toolVersion(),
                    request.seed(),
                    Machine.host(),
                    data.map(d -> d.metric().name()).orElse("none"),
                    judge.map(Judge::samples).orElse(0),
                    judge.map(Judge::choiceSamples).orElse(0),
                    calibrationSamples,
                    request.budgets(),
                    candidates,
                    outcome,
                    Outlines.arena(featured.compilation().planned()),
                    Outlines.of(simplified, builds.getFirst().dtypes()),
                    Outlines.of(featured.graph(), featured.dtypes()),
                    written);
        }

        private Candidate candidate(
                Build build,
                Choice.Entry entry,
                Stopwatch.Latency latency,
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
                    OptionalDouble.of(latency.microsP50()),
                    OptionalDouble.of(latency.microsP95()),
                    Candidate.LatencyOn.MEASURED,
                    1,
                    build.compilation().planned().arenaBytes(),
                    build.compilation().planned().preparedBytes(),
                    build.compilation().planned().weightBytes(),
                    build.compilation().codeBytes(workshop.target()),
                    build.bundleBytes(),
                    outcome instanceof Outcome.Chosen && outcome.candidate().equals(build.name()),
                    Choice.reason(entry, entries, outcome, request.budgets()));
        }

        private boolean proven(boolean original, Optional<Judge.Verdict> verdict) {
            OptionalDouble max = request.budgets().maxDrop();
            return verdict.isPresent()
                    && max.isPresent()
                    && (original
                            ? 0 <= max.getAsDouble()
                            : verdict.get().report().proven(max.getAsDouble()));
        }

        private List<LayerFinding> layers(Build build) {
            List<LayerFinding> layers = new ArrayList<>();
            double[] micros = Objects.requireNonNull(stepMicros.get(build.name()));
            for (int i = 0; i < build.steps().size(); i++) {
                Program.Step step = build.steps().get(i);
                OptionalDouble db = noise.isPresent() && snr.containsKey(build.name())
                        ? noise.get().ofStep(step, snr.get(build.name()))
                        : OptionalDouble.empty();
                layers.add(new LayerFinding(step.name(), build.dtype(step), OptionalDouble.of(micros[i]), db));
            }
            return layers;
        }

        private static OptionalDouble number(Optional<Double> value) {
            return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
        }

        private List<Path> write(Build build) throws IOException {
            Path bundle = request.outputDir().resolve("model.selv");
            Files.copy(build.bundle(), bundle, StandardCopyOption.REPLACE_EXISTING);
            Path onnx = request.outputDir().resolve("model.onnx");
            OnnxExporter.write(
                    build.graph(), onnx, Map.of("selvedge.candidate", build.name(), "selvedge.source.sha256", sha256));
            return List.of(bundle, onnx);
        }

        private Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            if (!request.targets().isEmpty()) {
                options.put("target", String.join(",", request.targets()));
            }
            request.cc().ifPresent(cc -> options.put("cc", cc.toString()));
            request.shapes().dims().forEach((name, value) -> options.put("dim." + name, value.toString()));
            request.shapes()
                    .inputShapes()
                    .forEach((name, value) -> options.put("input-shape." + name, value.toString()));
            if (request.withSource()) {
                options.put("with-source", "true");
            }
            return options;
        }
    }

    private static String toolVersion() {
        String version = Deployer.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0-SNAPSHOT" : version;
    }
}
