package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;

/** What a command line printed and how it ended. */
record CommandLineRun(int status, String out, String err) {
    static CommandLineRun of(Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.execute(print(out), print(err), texts(args));
        return new CommandLineRun(status, text(out), text(err));
    }

    /** Runs a command that was made for the test. */
    static CommandLineRun of(java.util.function.Function<Console, Object> command, Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = Console.plain(print(out), print(err));
        int status = Main.execute(console, new CommandLine(command.apply(console)), texts(args));
        return new CommandLineRun(status, text(out), text(err));
    }

    /**
     * Asserts that the command was refused as documented: this exit status, one message of this code that says all the parts,
     * no result and no stack trace. Lines of progress do not count.
     */
    CommandLineRun refused(int status, String code, String... parts) {
        assertThat(err).as("what was printed").doesNotContain("\tat ").doesNotContain("Exception");
        List<String> messages =
                err.lines().filter(line -> !line.startsWith("[")).toList();
        assertThat(messages).as("messages").isNotEmpty();
        assertThat(messages.getFirst()).startsWith(code + ": ").contains(parts);
        assertThat(this.status).as(messages.getFirst()).isEqualTo(status);
        assertThat(out).as("results").isEmpty();
        return this;
    }

    private static String[] texts(Object... args) {
        return java.util.Arrays.stream(args).map(Object::toString).toArray(String[]::new);
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
