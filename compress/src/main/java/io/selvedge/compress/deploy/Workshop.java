package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.c.Forms;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ModelBytes;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.tune.Choice;
import io.selvedge.compress.tune.TunedForms;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.StatePair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Compiles graphs into loaded bundles in a temporary folder that goes away with it. */
final class Workshop implements AutoCloseable {
    private final Compiler compiler;
    /** What the bundles are for. */
    private final List<Target> targets;
    /** Whose code is run here: the first of them that can be or, when none can, this machine's best, which is in no bundle. */
    private final Target run;

    private final String modelSha256;
    private final List<StatePair> states;
    private final Optional<byte[]> source;
    private final int threads;
    private final boolean codeWeights;
    private final long maxBundleBytes;
    private final WorkFolder folder;
    /** In the cache, which may be executed from; the candidates' libraries are of no use afterwards. */
    private final WorkFolder libraries;

    private final FormTuning tuning;
    private final List<Build> builds = new ArrayList<>();

    Workshop(DeployRequest request, String modelSha256, ProgressListener progress) throws IOException {
        HostCpu host = HostCpu.detect();
        this.targets = request.targets().isEmpty()
                ? List.of(host.best())
                : request.targets().stream()
                        .map(TargetCatalog::byName)
                        .distinct()
                        .toList();
        this.run = targets.stream().filter(host::runs).findFirst().orElseGet(host::best);
        requireMeasuringIfAsked(request);
        Toolchain toolchain = request.cc()
                .map(Toolchain::of)
                .orElseGet(() -> Toolchain.bundled(
                        UserCache.ofUser(),
                        (done, total) -> progress.progress("unpack the C compiler (once)", done, total)));
        this.compiler = new Compiler(toolchain);
        this.tuning = FormTuning.of(request.tuneSeconds(), toolchain, run, progress);
        this.modelSha256 = modelSha256;
        this.states = request.states();
        this.threads = request.threads().orElse(1);
        this.codeWeights = request.codeWeights();
        this.maxBundleBytes = request.budgets().maxBundleBytes().orElse(Long.MAX_VALUE);
        this.source = request.withSource() ? Optional.of(ModelBytes.read(request.model())) : Optional.empty();
        this.libraries = WorkFolder.in(UserCache.ofUser().folder("work"), "deploy-");
        this.folder = WorkFolder.create("deploy");
    }

    private void requireMeasuringIfAsked(DeployRequest request) {
        if (measures()) {
            return;
        }
        if (request.budgets().maxLatencyMicros().isPresent()) {
            throw notMeasured("--max-latency-us limits what is measured");
        }
        if (request.tuneSeconds().isPresent()) {
            throw notMeasured("--tune chooses by what is measured");
        }
    }

    private SelvedgeException notMeasured(String why) {
        return new SelvedgeException(
                ErrorCode.BAD_OPTION,
                why + ", and this machine runs none of the targets "
                        + targets.stream().map(Target::name).toList()
                        + "; leave it out, or add a target that runs here: "
                        + HostCpu.detect().targets().stream().map(Target::name).toList());
    }

    Compiler compiler() {
        return compiler;
    }

    /** The target that results are about: the one that is measured or, when none can be, the first. */
    String target() {
        return measures() ? run.name() : targets.getFirst().name();
    }

    /** Whether this machine runs one of the bundle's targets, so that times mean something. */
    boolean measures() {
        return targets.contains(run);
    }

    /** Targets of the bundle whose code nobody has run. */
    List<String> compiledOnly() {
        HostCpu host = HostCpu.detect();
        return targets.stream()
                .filter(target -> !host.runs(target))
                .map(Target::name)
                .toList();
    }

    /** @param graphs the candidate for every binding, the one to be judged first */
    Build build(
            String name,
            Candidate.Dtype dtype,
            List<Bindings.Bound> graphs,
            Set<String> keepFloat,
            List<Map<String, float[]>> golden) {
        return build(name, dtype, graphs, keepFloat, golden, Compiler::plan, tuning.tuned(name, graphs));
    }

    /** The same with memory laid out by {@code planner}, and kernels in forms that are known. */
    Build build(
            String name,
            Candidate.Dtype dtype,
            List<Bindings.Bound> graphs,
            Set<String> keepFloat,
            List<Map<String, float[]>> golden,
            Function<Program, PlannedProgram> planner,
            TunedForms tuned) {
        List<Compiler.Compilation> compilations = compiler.compile(
                graphs.stream().map(Bindings.Bound::graph).toList(),
                compiled(),
                program -> planner.apply(tuned.algorithms(program)),
                target -> target.equals(run) ? tuned.forms() : Forms.COST_MODEL);
        Path bundle = folder.path().resolve(name + ".selv");
        List<Map<String, Integer>> dims =
                graphs.stream().map(Bindings.Bound::dims).toList();
        Path runnable = bundle;
        if (!measures()) {
            runnable = folder.path().resolve(name + "-here.selv");
            new BundleBuilder(compilations, dims, List.of(run), modelSha256, states, Optional.empty(), threads)
                    .write(runnable, List.of(), loading());
        }
        write(
                new BundleBuilder(compilations, dims, targets, modelSha256, states, source, threads),
                bundle,
                golden,
                runnable);
        Model model = loaded(runnable, loading());
        Graph judged = graphs.getFirst().graph();
        Build build = new Build(name, dtype, judged, keepFloat, compilations, tuned, bundle, model, model.newSession());
        builds.add(build);
        return build;
    }

    /** What timing changed of a step. */
    Optional<Choice> tuned(Build build, int step) {
        return Optional.ofNullable(build.compilation().forms().get(run.name()))
                .flatMap(taken -> build.tuned().choice(taken.get(step).offer().layer()))
                .filter(Choice::changes);
    }

    /** Plain or, where it is asked for or needed to keep the budget, coded. */
    private void write(BundleBuilder builder, Path bundle, List<Map<String, float[]>> golden, Path runnable) {
        if (!codeWeights) {
            builder.write(bundle, golden, runnable, loading());
        }
        if (codeWeights || bytes(bundle) > maxBundleBytes) {
            builder.coded().write(bundle, golden, runnable, loading());
        }
    }

    /** Length of weights.bin in a bundle of the same code that stores its parts coded. */
    long codedWeightBytes(Build build) {
        Path file = folder.path().resolve(build.name() + "-coded.selv");
        new BundleBuilder(
                        build.compilations(),
                        List.of(Map.of()),
                        targets,
                        modelSha256,
                        states,
                        Optional.empty(),
                        threads)
                .coded()
                .write(file, List.of(), loading());
        try (Bundle bundle = Bundle.open(file)) {
            return bundle.storedLength("weights.bin");
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Time to load a build's bundle. */
    OptionalDouble loadMicros(Build build) {
        return measures()
                ? OptionalDouble.of(Stopwatch.medianMicros(
                        () -> loaded(build.bundle(), loading()).close()))
                : OptionalDouble.empty();
    }

    /** What a build takes on one, two and more threads. */
    List<ThreadFinding> threads(Build build, ProgressListener progress) {
        return measures() ? ThreadChoice.measure(build.model(), Machine.host().cores(), progress) : List.of();
    }

    /** The build's bundle with another number of threads, in a file of its own. */
    Path withThreads(Build build, int count, List<Bindings.Bound> graphs, List<Map<String, float[]>> golden) {
        Path bundle = folder.path().resolve(build.name() + "-threads.selv");
        BundleBuilder builder = new BundleBuilder(
                build.compilations(),
                graphs.stream().map(Bindings.Bound::dims).toList(),
                targets,
                modelSha256,
                states,
                source,
                count);
        write(builder, bundle, golden, build.bundle());
        return bundle;
    }

    private List<Target> compiled() {
        return measures()
                ? targets
                : Stream.concat(targets.stream(), Stream.of(run)).toList();
    }

    /** A bundle inside another one. */
    record PartBundle(byte[] bytes, Manifest manifest) {}

    /**
     * Compiles a part of a model; the golden vectors are the model's.
     *
     * @throws SelvedgeException BAD_OPTION when this machine runs none of the targets, so that nobody can make those
     */
    PartBundle part(Graph graph) throws IOException {
        if (!measures()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "a model of which ONNX Runtime runs a part needs a target that runs here; add --target "
                            + run.name());
        }
        Path file = folder.path().resolve("part.selv");
        new BundleBuilder(compiler.compile(graph, targets), targets, modelSha256, List.of(), Optional.empty())
                .write(file, List.of(), loading());
        try (Bundle bundle = Bundle.open(file)) {
            return new PartBundle(Files.readAllBytes(file), bundle.manifest());
        }
    }

    private LoadOptions loading() {
        return LoadOptions.defaults()
                .withTarget(run.name())
                .withLibraryFolder(libraries.path())
                .withThreads(threads);
    }

    /** @throws SelvedgeException OUTPUT_NOT_WRITABLE, IO_ERROR or BAD_BUNDLE */
    static Model loaded(Path bundle, LoadOptions options) {
        try {
            return Model.load(bundle, options);
        } catch (ModelException e) {
            ErrorCode code = switch (e.code()) {
                case CACHE_UNUSABLE -> ErrorCode.OUTPUT_NOT_WRITABLE;
                case IO_FAILED, OUT_OF_MEMORY, NATIVE_LOAD_FAILED -> ErrorCode.IO_ERROR;
                default -> ErrorCode.BAD_BUNDLE;
            };
            throw new SelvedgeException(
                    code, "the bundle that was just written cannot be loaded here: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        builds.forEach(Build::close);
        folder.close();
        libraries.close();
    }
}
