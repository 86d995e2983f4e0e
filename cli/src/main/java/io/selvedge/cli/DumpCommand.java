package io.selvedge.cli;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.program.ProgramText;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge dump}: the model as text after a stage of the pipeline. */
@Command(
        name = "dump",
        description = "Prints the model as the compiler sees it after a stage. The text is stable: diff it.",
        footer = {
            "  selvedge dump net.onnx --after=import       as read, in the form of opset 17",
            "  selvedge dump net.onnx --after=simplify     constants folded, batch norms fused",
            "  selvedge dump out/model.onnx --after=quantize   8-bit operators recognised, chains fused",
            "  selvedge dump net.onnx --after=lower        kernels and buffers",
            "  selvedge dump net.onnx --after=plan         with offsets in the arena"
        })
final class DumpCommand implements Callable<Integer> {
    /** Stages in the order of the pipeline. */
    enum Stage {
        IMPORT,
        SIMPLIFY,
        QUANTIZE,
        LOWER,
        PLAN
    }

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(
            names = "--after",
            paramLabel = "STAGE",
            defaultValue = "simplify",
            description = "import, simplify, quantize, lower or plan. Default: simplify")
    private Stage after = Stage.SIMPLIFY;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    DumpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Graph imported = OnnxImporter.read(model, shapes.options());
        console.out()
                .print(
                        switch (after) {
                            case IMPORT -> GraphListing.of(imported);
                            case SIMPLIFY -> GraphListing.of(Compiler.simplify(imported));
                            case QUANTIZE -> GraphListing.of(fused(imported));
                            case LOWER -> ProgramText.dump(Compiler.lower(fused(imported)));
                            case PLAN -> ProgramText.dump(Compiler.plan(Compiler.lower(fused(imported))));
                        });
        return 0;
    }

    private static Graph fused(Graph imported) {
        return Compiler.fuse(Compiler.simplify(imported));
    }
}
