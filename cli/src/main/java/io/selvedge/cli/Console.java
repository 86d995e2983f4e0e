package io.selvedge.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where commands print: results on {@code out}, progress and errors on {@code err}.
 *
 * @param interactive a person looks at it: one updating line instead of many
 * @param colour ANSI colours are welcome
 */
public record Console(PrintWriter out, PrintWriter err, boolean interactive, boolean colour) {
    /** The console of this process. Colours go to terminals unless {@code NO_COLOR} is set to anything. */
    @SuppressWarnings("SystemConsoleNull") // It is null again in JDK 25 where the process has no terminal.
    static Console ofProcess(StandardOutput out) {
        java.io.Console terminal = System.console();
        boolean interactive = terminal != null && terminal.isTerminal();
        return new Console(
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                writer(System.err),
                interactive,
                interactive && System.getenv().getOrDefault("NO_COLOR", "").isEmpty());
    }

    /** A console that is no terminal: plain text. */
    static Console plain(PrintStream out, PrintStream err) {
        return new Console(writer(out), writer(err), false, false);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** {@code text} in bold where colours are welcome. */
    String bold(String text) {
        return colour ? "\033[1m" + text + "\033[0m" : text;
    }
}
