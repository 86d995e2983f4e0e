package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code selvedge bench} in the list of commands; the launcher starts it from its own module, which has the peers. */
@Command(
        name = "bench",
        description = {
            "Compares with another runtime in one process, interleaved.",
            "",
            "It has dependencies of its own, so only the launcher ./selvedge starts it; see './selvedge bench --help'."
        },
        footer = "  ./selvedge bench net.onnx --against onnxruntime --threads 1 --json bench.json")
final class BenchCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "0..*", hidden = true)
    private List<String> arguments = List.of();

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.err()
                .println(ErrorCode.BAD_OPTION + ": bench is started by the launcher: ./selvedge bench "
                        + String.join(" ", arguments));
        return ErrorCode.BAD_OPTION.exitStatus();
    }
}
