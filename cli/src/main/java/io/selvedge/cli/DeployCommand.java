package io.selvedge.cli;

import io.selvedge.cli.report.Report;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.partition.Partition;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.DeployData;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.Variant;
import io.selvedge.runtime.StatePair;
import io.selvedge.train.explore.Explorer.Exploration;
import io.selvedge.train.explore.Explorer.TrialFinding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge deploy}: a model, data and limits in, the best bundle out. */
@Command(
        name = "deploy",
        description = {
            "Builds fp32, int8 and mixed forms of a model, measures each on your data and this machine, and keeps the best "
                    + "one that fits the budgets.",
            "",
            "Writes model.selv (load it with the runtime jar), model.onnx (the same as valid ONNX), report.html and "
                    + "report.json."
        },
        footer = {
            "  selvedge deploy net.onnx --data eval.yaml --max-drop 0.5 --out out/",
            "  selvedge deploy net.onnx --data eval.yaml --max-latency-us 200 --max-arena-bytes 64K",
            "  selvedge deploy net.onnx --input-shape x=1,3,224,224      without data: fp32 only",
            "  selvedge deploy net.onnx --fallback onnxruntime         what cannot be compiled goes to ONNX Runtime",
            "  selvedge deploy text.onnx --dim batch=1 --dim seq=32,128  code for both lengths, weights once; with --data",
            "                                                            the one that the samples fit is judged, else the",
            "                                                            first, by the budgets too",
            "  selvedge deploy vad.onnx --state stateN:state             a stream: sessions keep the state",
            "",
            "  eval.yaml, for images in folders named by class (a folder, .tar, .tar.gz or .zip):",
            "    kind: images",
            "    path: test.tar.gz",
            "    classes: [cat, dog]                # folder names in label order",
            "    input: {name: x, layout: NCHW, colour: RGB, resize: [32, 32], scale: 0.00392157}",
            "    metric: top1                       # top1, top5, mse, auc or agreement",
            "    calibration: {path: train.tar.gz, take: 500, seed: 1}",
            "",
            "  for arrays, named as the model's inputs, the labels in y:",
            "    kind: npz",
            "    path: eval.npz",
            "    calibration: {split: 200, seed: 1} # these samples are not evaluated",
            "",
            "  for headerless records, one in a file:",
            "    kind: raw",
            "    path: windows.tar",
            "    record: {dtype: int8, shape: [1, 1, 49, 10]}",
            "    labels: {file: labels.csv, key: 0, value: 2}   # columns of the file name and of the class",
            "    input: {name: x, dtype: float32, offset: -83, scale: 0.5847}",
            "    calibration: {split: 200, seed: 1}",
            "",
            "  A stored value x becomes ((x + offset) * scale - mean) / std. Without labels, candidates are",
            "  judged by agreement with the original and by signal-to-noise."
        })
final class DeployCommand implements Callable<Integer> {
    private static final int TUNE_SECONDS = 20;
    private static final int MOST_TUNE_SECONDS = 3600;

    private final Console console;
    private final Deployment deployment;

    @Parameters(paramLabel = "MODEL", description = "An ONNX file, opset 1 to 22, or a TFLite file.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(
            names = "--data",
            paramLabel = "YAML",
            description = "What to calibrate on and judge by; see the examples below. Without it only fp32 is built.")
    private @Nullable Path data;

    @Option(
            names = "--max-drop",
            paramLabel = "POINTS",
            description =
                    "Most points of the metric to lose (1 = 0.01 of accuracy); for mse, per cent of the original's.")
    private @Nullable Double maxDrop;

    @Option(
            names = "--max-latency-us",
            paramLabel = "US",
            description = "Most microseconds for one inference (median).")
    private @Nullable Double maxLatencyMicros;

    @Option(
            names = "--max-arena-bytes",
            paramLabel = "BYTES",
            converter = ByteCount.Converter.class,
            description = "Most working memory; 64K and 1.5M are understood.")
    private @Nullable ByteCount maxArenaBytes;

    @Option(
            names = "--max-bundle-bytes",
            paramLabel = "BYTES",
            converter = ByteCount.Converter.class,
            description = "Largest bundle.")
    private @Nullable ByteCount maxBundleBytes;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Targets whose code goes into the bundle, several with commas; the first that runs here is measured, and "
                            + "a device runs the best that it can. Known: x86-64-v4+vnni, x86-64-v3+avxvnni, x86-64-v4, "
                            + "x86-64-v3, x86-64-v2, generic, "
                            + "aarch64+i8mm, aarch64+dotprod, aarch64, generic-aarch64, riscv64+v, generic-riscv64, "
                            + "wasm32+simd128, generic-wasm32. Default: this machine's best.")
    private List<String> targets = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "out",
            description = "Where to write. Default: out")
    private Path out = Path.of("out");

    @Option(
            names = "--state",
            paramLabel = "OUTPUT:INPUT",
            split = ",",
            description =
                    "An output that is the input of the next call, such as stateN:state: sessions keep it. Repeatable.")
    private List<String> states = List.of();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of every random choice. Default: 1")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "auto|N",
            defaultValue = Limits.AUTO,
            description =
                    "Threads of one inference. Default: auto, as many as are measured to be fastest for what was chosen;"
                            + " one where further ones save less than a tenth of the time.")
    private String threads = Limits.AUTO;

    @Option(
            names = "--cc",
            paramLabel = "FILE",
            description = "Another C compiler than the bundled clang: a clang or gcc.")
    private @Nullable Path cc;

    @Option(
            names = "--tune",
            description =
                    "Time the forms that kernels have (tiles, order, algorithm) layer by layer, and take those that are more"
                            + " than 3 %% faster here than what the cost model takes; known from then on.")
    private boolean tune;

    @Option(
            names = "--tune-seconds",
            paramLabel = "N",
            description =
                    "About how long --tune, which this implies, takes for each candidate. Default: " + TUNE_SECONDS)
    private @Nullable Integer tuneSeconds;

    @Option(names = "--with-source", description = "Also store the model as ONNX inside the bundle.")
    private boolean withSource;

    @Option(
            names = "--code-weights",
            description =
                    "Store weights entropy-coded and the rest deflated: a smaller bundle, decoded when it is loaded into memory"
                            + " of the process. A candidate over --max-bundle-bytes is stored so anyway.")
    private boolean codeWeights;

    @Option(
            names = "--candidate",
            paramLabel = "FILE",
            description =
                    "Another form of the model, pruned, distilled or quantised, that is judged beside as it is; repeatable.")
    private List<Path> candidates = new ArrayList<>();

    @Option(names = "--json", description = "Print report.json instead of the table.")
    private boolean json;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    @Mixin
    private FallbackOption fallback = new FallbackOption();

    @Mixin
    private EffortOptions effort = new EffortOptions();

    /** What {@code --effort} found. */
    private List<Variant> found = List.of();

    DeployCommand(Console console) {
        this(console, Deployment.REAL);
    }

    DeployCommand(Console console, Deployment deployment) {
        this.console = console;
        this.deployment = deployment;
    }

    @Override
    public Integer call() throws IOException {
        long modelBytes = ModelFile.requireModel(model);
        if (fallback.isGiven()) {
            requireNothingMeasured();
            Partition partition = fallback.partition(model, shapes.options(model));
            if (!partition.isNative()) {
                return new FallbackDeploying(console, out, json).run(this::request, modelBytes, partition);
            }
            console.err().println("--fallback is not needed: all of " + model + " is compiled");
        }
        return fallback.suggestedBy(() -> effort.trains() ? explored(modelBytes) : deployed(modelBytes, List.of()));
    }

    private int deployed(long modelBytes, List<TrialFinding> trials) throws IOException {
        return new Deploying(console, deployment, out, json)
                .run(this::request, modelBytes, result -> new Report(result, List.of(), trials));
    }

    /** Candidates are made first, in a folder of their own. */
    private int explored(long modelBytes) throws IOException {
        try (WorkFolder folder = WorkFolder.create("explore")) {
            Exploration exploration;
            try (ProgressLine progress = new ProgressLine(console)) {
                exploration = effort.explore(request(out), folder.path(), progress);
            }
            found = exploration.finalists();
            int status = deployed(modelBytes, exploration.trials());
            if (!json) {
                EffortOptions.lines(exploration).forEach(console.out()::println);
            }
            return status;
        }
    }

    private void requireNothingMeasured() {
        boolean budgets =
                maxDrop != null || maxLatencyMicros != null || maxArenaBytes != null || maxBundleBytes != null;
        if (data != null
                || budgets
                || codeWeights
                || tune
                || tuneSeconds != null
                || !candidates.isEmpty()
                || !states.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--fallback builds the fp32 form and measures nothing yet; leave out --data, --state, --candidate, --code-weights, --tune and the budgets");
        }
    }

    private DeployRequest request(Path staging) {
        return new DeployRequest(
                model,
                data == null ? new DeployData.None() : new DeployData.Described(data),
                budgets(),
                targets,
                staging,
                seed,
                shapes.bindings(model),
                states.stream().map(DeployCommand::state).toList(),
                Optional.ofNullable(cc),
                withSource,
                codeWeights,
                variants(),
                Limits.threads("--threads", threads),
                tuneSeconds());
    }

    private OptionalInt tuneSeconds() {
        if (!tune && tuneSeconds == null) {
            return OptionalInt.empty();
        }
        int seconds = tuneSeconds == null ? TUNE_SECONDS : tuneSeconds;
        if (seconds < 1 || seconds > MOST_TUNE_SECONDS) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--tune-seconds " + seconds + ": give from 1 to " + MOST_TUNE_SECONDS + ", or --tune alone for "
                            + TUNE_SECONDS);
        }
        return OptionalInt.of(seconds);
    }

    private List<Variant> variants() {
        return Stream.concat(
                        candidates.stream()
                                .map(file -> new Variant(
                                        String.valueOf(file.getFileName()).replaceFirst("\\.[a-z]+$", ""), file, "")),
                        found.stream())
                .toList();
    }

    private static StatePair state(String text) {
        String[] names = text.split(":", -1);
        if (names.length != 2 || names[0].isBlank() || names[1].isBlank()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--state " + text + ": name an output and the input that takes it, as in --state stateN:state");
        }
        return new StatePair(names[0], names[1]);
    }

    private Budgets budgets() {
        return new Budgets(
                maxDrop == null ? OptionalDouble.empty() : OptionalDouble.of(Limits.finite("--max-drop", maxDrop)),
                maxLatencyMicros == null
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(Limits.positive("--max-latency-us", maxLatencyMicros)),
                maxArenaBytes == null ? OptionalLong.empty() : OptionalLong.of(maxArenaBytes.bytes()),
                maxBundleBytes == null ? OptionalLong.empty() : OptionalLong.of(maxBundleBytes.bytes()));
    }
}
