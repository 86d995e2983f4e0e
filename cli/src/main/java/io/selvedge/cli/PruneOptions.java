package io.selvedge.cli;

import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.compress.prune.Damage;
import io.selvedge.compress.prune.Preparation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the methods of pruning take alike. */
final class PruneOptions {
    @Parameters(paramLabel = "MODEL", description = "An ONNX or TFLite file in float.")
    @SuppressWarnings("NullAway.Init")
    Path model;

    @Option(
            names = "--data",
            paramLabel = "YAML",
            description = "Samples to measure what is lost, before and after; see 'selvedge help deploy'.")
    private @Nullable Path data;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "The smaller model, as ONNX.")
    private @Nullable Path out;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            description = "Target whose code is measured. Default: this machine's best.")
    private @Nullable String target;

    @Option(names = "--cc", paramLabel = "FILE", description = "Another C compiler than the bundled clang.")
    private @Nullable Path cc;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "16",
            description = "Calibration samples on which damage is measured while choosing. Default: 16")
    private int samples = 16;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of every random choice. Default: 1")
    long seed = 1;

    @Option(names = "--no-measure", description = "Do not compile and time the models before and after.")
    boolean unmeasured;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    /** @throws SelvedgeException BAD_OPTION without it */
    Path out() {
        if (out == null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--out FILE.onnx is needed: where the smaller model goes");
        }
        return out;
    }

    List<String> targets() {
        return Optional.ofNullable(target).map(List::of).orElse(List.of());
    }

    Optional<Path> cc() {
        return Optional.ofNullable(cc);
    }

    Optional<DataSource> openData() {
        return Optional.ofNullable(data).map(DataSource::open);
    }

    Optional<Path> dataFile() {
        return Optional.ofNullable(data);
    }

    /** The model without what hides its structure. */
    Graph graph(Optional<DataSource> source) throws IOException {
        ModelFile.requireModel(model);
        ImportOptions options = shapes.options(model);
        Graph imported = ModelReader.read(
                model,
                source.map(s -> SideBySide.bound(model, options, s, "'" + data + "'"))
                        .orElse(options));
        if (imported.nodes().stream().anyMatch(node -> node.op().type().endsWith("QuantizeLinear"))) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    model + " is quantised already; prune the float model and quantise the result with 'deploy'");
        }
        return Preparation.of(imported);
    }

    /** How to tell what a change damages. */
    Optional<Damage> damage(Graph graph, Optional<DataSource> source) {
        return source.map(s -> new Damage(graph, samples(graph, s)));
    }

    /** Some calibration samples, else some of those to judge by. */
    List<Map<String, Tensor>> samples(Graph graph, DataSource source) {
        Dataset from = source.calibration().orElse(source.evaluation());
        return from.take(Limits.atLeastOne("--samples", samples), seed).tensors(graph);
    }
}
