package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Compiles graphs into loaded bundles in a temporary folder that goes away with it. */
final class Workshop implements AutoCloseable {
    private final Compiler compiler;
    private final List<Target> targets;
    private final String modelSha256;
    private final Optional<byte[]> source;
    private final Path folder;
    private final List<Build> builds = new ArrayList<>();

    Workshop(DeployRequest request, String modelSha256, byte[] source, ProgressListener progress) throws IOException {
        this.compiler = new Compiler(request.cc()
                .map(Toolchain::of)
                .orElseGet(() -> Toolchain.bundled(
                        UserCache.ofUser(),
                        (done, total) -> progress.progress("unpack the C compiler (once)", done, total))));
        this.targets = request.targets().isEmpty()
                ? List.of(TargetCatalog.best(HostCpu.detect().flags()))
                : request.targets().stream().map(TargetCatalog::byName).toList();
        this.modelSha256 = modelSha256;
        this.source = request.withSource() ? Optional.of(source) : Optional.empty();
        this.folder = Files.createTempDirectory("selvedge-deploy-");
        List<String> missing = targets.getFirst().cpuFlags().stream()
                .filter(flag -> !HostCpu.detect().flags().contains(flag))
                .toList();
        if (!missing.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "target " + targets.getFirst().name() + " is measured here but this CPU lacks " + missing
                            + "; name a target first that runs here: "
                            + HostCpu.detect().targets());
        }
    }

    String target() {
        return targets.getFirst().name();
    }

    Build build(
            String name, Candidate.Dtype dtype, Graph graph, Set<String> keepFloat, List<Map<String, float[]>> golden) {
        Compiler.Compilation compilation = compiler.compile(graph, targets);
        Path bundle = folder.resolve(name + ".selv");
        new BundleBuilder(compilation, targets, modelSha256, source).write(bundle, golden);
        Build build = load(name, dtype, graph, keepFloat, compilation, bundle);
        builds.add(build);
        return build;
    }

    private Build load(
            String name,
            Candidate.Dtype dtype,
            Graph graph,
            Set<String> keepFloat,
            Compiler.Compilation compilation,
            Path bundle) {
        try {
            Model model = Model.load(bundle, LoadOptions.defaults().withTarget(target()));
            return new Build(name, dtype, graph, keepFloat, compilation, bundle, model, model.newSession());
        } catch (ModelException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_BUNDLE, "the bundle that was just written does not load: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        builds.forEach(Build::close);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
