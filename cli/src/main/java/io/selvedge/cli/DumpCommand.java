package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.program.ProgramText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
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

    @Parameters(paramLabel = "MODEL", description = "An ONNX or TFLite file.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(
            names = "--after",
            paramLabel = "STAGE",
            defaultValue = "simplify",
            description = "import, simplify, quantize, lower or plan. Default: simplify")
    private Stage after = Stage.SIMPLIFY;

    @Option(names = "--full", description = "Graphs with all constants, in base64, instead of their digests.")
    private boolean full;

    @Option(names = "--json", description = "Print as JSON: {name, stage, lines}.")
    private boolean json;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    DumpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelFile.requireModel(model);
        Graph imported = ModelReader.read(model, shapes.options(model));
        String text = switch (after) {
            case IMPORT -> text(imported);
            case SIMPLIFY -> text(Compiler.simplify(imported));
            case QUANTIZE -> text(fused(imported));
            case LOWER -> ProgramText.dump(Compiler.lower(fused(imported)));
            case PLAN -> ProgramText.dump(Compiler.plan(Compiler.lower(fused(imported))));
        };
        if (json) {
            ObjectNode tree = new ObjectMapper()
                    .createObjectNode()
                    .put("name", imported.name())
                    .put("stage", after.name().toLowerCase(Locale.ROOT));
            text.lines().forEach(tree.putArray("lines")::add);
            console.out().println(tree.toPrettyString());
        } else {
            console.out().print(text);
        }
        return 0;
    }

    private String text(Graph graph) {
        return full ? GraphText.dumpFull(graph) : GraphText.dump(graph);
    }

    private static Graph fused(Graph imported) {
        return Compiler.fuse(Compiler.simplify(imported));
    }
}
