package io.selvedge.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge inspect}: what a model or a bundle consists of and what it costs. */
@Command(
        name = "inspect",
        description = "Shows operators, shapes, multiply-accumulates, parameters and peak memory of a model, or what a "
                + "bundle holds. Nothing is compiled or run.",
        footer = {
            "  selvedge inspect net.onnx",
            "  selvedge inspect net.onnx --dim batch=1",
            "  selvedge inspect net.onnx --fallback onnxruntime    what would run where, and why",
            "  selvedge inspect out/model.selv --json"
        })
final class InspectCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "MODEL|BUNDLE", description = "An ONNX or TFLite file or a .selv bundle.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    @Mixin
    private FallbackOption fallback = new FallbackOption();

    InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws java.io.IOException {
        Inspection inspection = inspection();
        if (json) {
            console.out().println(inspection.tree().toPrettyString());
        } else {
            inspection.lines().forEach(console.out()::println);
        }
        return 0;
    }

    private Inspection inspection() throws java.io.IOException {
        if (ModelFile.isBundle(file)) {
            return BundleInspection.of(file);
        }
        return fallback.isGiven()
                ? PartitionInspection.of(file, fallback.partition(file, shapes.options(file)))
                : fallback.suggestedBy(() -> ModelInspection.of(file, shapes.options(file)));
    }
}
