package io.selvedge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code selvedge} without a command: its help. */
@Command(
        name = "selvedge",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Turns a trained ONNX or TFLite model and a budget into the smallest and fastest native code that keeps it.",
        },
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%nParameters:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:conformance: a test failed that is to be met",
            "2:usage: an option or argument is wrong",
            "3:bad input: the model or the data",
            "4:no candidate fits the budgets",
            "5:tool chain: no C compiler, or it failed",
            "6:input/output: a file cannot be read or written",
            "7:bundle: corrupt, or for another CPU",
            "70:internal: a fault of Selvedge; the message says where its stack trace is"
        },
        scope = picocli.CommandLine.ScopeType.INHERIT,
        footerHeading = "%nExamples:%n",
        footer = {
            "  selvedge demo                                          see it work, no files needed",
            "  selvedge deploy net.onnx --data eval.yaml --max-drop 1 lose at most one point",
            "  selvedge inspect net.onnx                              what is inside, what it costs",
            "  selvedge run out/model.selv --input x=sample.npy       one answer",
            "  selvedge doctor                                        what this machine can do",
            "  selvedge help deploy                                   all that a command takes"
        })
final class RootCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    RootCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.out());
        return 0;
    }
}
