package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line's entry: parses, runs one command, and turns what went wrong into a message and an exit status. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        StandardOutput out = new StandardOutput();
        Console console = Console.ofProcess(out);
        int status = execute(console, args);
        Optional<IOException> failure = out.failure();
        if (failure.isPresent()) {
            // Half of a result must not pass for a whole one.
            console.err()
                    .println(ErrorCode.IO_ERROR + ": standard output cannot be written (" + IoReason.of(failure.get())
                            + "); what was printed is incomplete");
            status = ErrorCode.IO_ERROR.exitStatus();
        }
        System.exit(status);
    }

    /** Runs one command line with plain output.
     *  @return the exit status: 0 done, 2 usage, 3 bad input, 4 nothing fits, 5 tool chain, 6 input/output, 7 bundle, 70 internal */
    public static int execute(PrintStream out, PrintStream err, String... args) {
        return execute(Console.plain(out, err), args);
    }

    static int execute(Console console, String... args) {
        return execute(console, commandLine(console), args);
    }

    /** Runs a command of another module with this one's messages and exit statuses. */
    public static int execute(Object command, PrintStream out, PrintStream err, String... args) {
        return execute(Console.plain(out, err), new CommandLine(command), args);
    }

    static int execute(Console console, CommandLine commandLine, String... args) {
        commandLine
                .setOut(console.out())
                .setErr(console.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(console.colour() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(100)
                .setUsageHelpLongOptionsMaxWidth(32)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((exception, _) -> misused(console, exception))
                .setExecutionExceptionHandler((exception, _, _) -> failed(console, Failure.of(exception, args)));
        int status;
        try {
            status = commandLine.execute(args);
        } catch (OutOfMemoryError e) {
            status = failed(console, Failure.outOfMemory());
        }
        console.out().flush();
        console.err().flush();
        return status;
    }

    /** Every command; this list is the catalogue. */
    static CommandLine commandLine(Console console) {
        return new CommandLine(new RootCommand(console))
                .addSubcommand(new DeployCommand(console))
                .addSubcommand(new RunCommand(console))
                .addSubcommand(new InspectCommand(console))
                .addSubcommand(new ProfileCommand(console))
                .addSubcommand(new TrainCommand(console))
                .addSubcommand(CompressCommand.commandLine(console))
                .addSubcommand(new ExplainCommand(console))
                .addSubcommand(new DumpCommand(console))
                .addSubcommand(new DemoCommand(console))
                .addSubcommand(new DoctorCommand(console))
                .addSubcommand(new BenchCommand(console))
                .addSubcommand(new ConformanceCommand(console))
                .addSubcommand(new ReportCommand(console))
                .addSubcommand(new CommandLine.HelpCommand());
    }

    private static int failed(Console console, Failure failure) {
        if (!isEnding()) {
            console.err().println(failure.line());
        }
        return failure.exitStatus();
    }

    /** Whether the process was told to end: its files are being removed, and what fails for lack of them is no news. */
    private static boolean isEnding() {
        Thread probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private static int misused(Console console, ParameterException exception) {
        String command = exception.getCommandLine().getCommandSpec().qualifiedName();
        console.err().println(ErrorCode.BAD_OPTION + ": " + text(exception));
        UnmatchedArgumentException.printSuggestions(exception, console.err());
        console.err().println("See '" + command + " --help'.");
        return ErrorCode.BAD_OPTION.exitStatus();
    }

    /** picocli's words, where they are for people. */
    private static String text(ParameterException exception) {
        CommandLine commandLine = exception.getCommandLine();
        if (exception instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String arguments = String.join(" ", unmatched.getUnmatched());
            return !commandLine.getSubcommands().isEmpty()
                    ? "there is no command '" + unmatched.getUnmatched().getFirst() + "'; commands are "
                            + String.join(", ", commandLine.getSubcommands().keySet())
                    : "'" + arguments + "' is more than the command takes";
        }
        if (exception instanceof UnmatchedArgumentException unknown) {
            return "unknown option "
                    + unknown.getUnmatched().stream()
                            .filter(argument -> argument.startsWith("-"))
                            .collect(Collectors.joining(", "));
        }
        return String.valueOf(exception.getMessage())
                .replaceFirst("^Error: ", "")
                .replace("option option", "option")
                .replace("is not a double", "is not a number")
                .replaceFirst("is not an? (int|long)", "is not a whole number")
                .replace("Missing required argument (specify one of these)", "needs one of these");
    }
}
