package io.selvedge.cli;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.Plugins;
import io.selvedge.compress.plugin.PluginFiles;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that adds operators to those that Selvedge has. */
final class PluginOption {
    @Option(
            names = "--plugin",
            paramLabel = "FILE",
            description =
                    "A jar with operators in Java, or a YAML function, that the model uses; see examples/plugin. A jar runs"
                            + " as part of Selvedge: name only those that you trust. Repeatable.")
    private List<Path> files = List.of();

    /** @throws SelvedgeException BAD_OPTION, BAD_PLUGIN, IO_ERROR */
    Plugins read() {
        return PluginFiles.read(files);
    }
}
