package io.selvedge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code selvedge compress}: one method of compression at a time, ONNX in and ONNX out. */
@Command(
        name = "compress",
        synopsisSubcommandLabel = "METHOD",
        description = {
            "Makes a model smaller or faster by one method; the result is an ONNX file, so methods can be put in a row.",
            "",
            "'deploy' measures what such a model gains; 'train' lets it recover."
        })
final class CompressCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private CompressCommand(Console console) {
        this.console = console;
    }

    /** With every method; this list is the catalogue. */
    static CommandLine commandLine(Console console) {
        return new CommandLine(new CompressCommand(console))
                .addSubcommand(new CompressFiltersCommand(console))
                .addSubcommand(new CompressLayersCommand(console))
                .addSubcommand(new CompressWeightsCommand(console))
                .addSubcommand(new CompressDistilCommand(console))
                .addSubcommand(new CompressQuantizeCommand(console));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.out());
        return 0;
    }
}
