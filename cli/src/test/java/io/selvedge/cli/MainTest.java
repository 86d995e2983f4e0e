package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compress.data.DataDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
    @TempDir
    private Path folder;

    @Test
    void no_command_prints_the_help() {
        CommandLineRun run = CommandLineRun.of();
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Commands:").contains("Exit status:").contains("Examples:");
    }

    @Test
    void version_names_the_tool_and_java() {
        CommandLineRun run = CommandLineRun.of("--version");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("selvedge ").contains("Java ").doesNotContain("${");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy", "run", "inspect", "dump", "demo", "doctor", "bench", "report", "profile"})
    void every_command_teaches_with_examples_and_exit_statuses(String command) {
        CommandLineRun run = CommandLineRun.of(command, "--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Exit status:").contains("Examples:").contains("selvedge " + command);
    }

    @Test
    void unknown_command_is_usage_with_a_suggestion() {
        CommandLineRun run = CommandLineRun.of("dploy");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("BAD_OPTION: ").contains("deploy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy", "run", "inspect", "dump", "report"})
    void missing_argument_is_usage(String command) {
        CommandLineRun run = CommandLineRun.of(command);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("BAD_OPTION: ").contains("--help");
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy", "inspect", "dump"})
    void missing_model_is_bad_input_without_a_stack_trace(String command) {
        CommandLineRun run = CommandLineRun.of(command, folder.resolve("none.onnx"));
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("MODEL_NOT_FOUND: ")
                .contains("none.onnx")
                .doesNotContain("\tat ");
        assertThat(run.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "dump"})
    void random_bytes_are_no_model(String command) throws Exception {
        byte[] bytes = new byte[4096];
        for (int seed = 0; seed < 20; seed++) {
            new Random(seed).nextBytes(bytes);
            Path model = Files.write(folder.resolve("garbage.onnx"), bytes);
            CommandLineRun run = CommandLineRun.of(command, model);
            assertThat(run.status()).as("seed " + seed).isEqualTo(3);
            assertThat(run.err()).startsWith("BAD_MODEL: ").doesNotContain("\tat ");
        }
    }

    @Test
    void folder_is_no_model() {
        CommandLineRun run = CommandLineRun.of("inspect", folder);
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).startsWith("BAD_MODEL: ").contains("folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--dim=batch=zero",
                "--dim=batch=0",
                "--dim=batch=-1",
                "--input-shape=x=1,a",
                "--input-shape=x=",
                "--input-shape=x=1,,2"
            })
    void extents_must_be_whole_numbers(String option) throws Exception {
        Path model = Files.write(folder.resolve("m.onnx"), new byte[] {1});
        CommandLineRun run = CommandLineRun.of("inspect", model, option);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("BAD_OPTION: ").contains("whole number");
    }

    @Test
    void unknown_stage_lists_the_stages() {
        CommandLineRun run = CommandLineRun.of("dump", "m.onnx", "--after=magic");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).containsIgnoringCase("simplify").containsIgnoringCase("plan");
    }

    @Test
    void fault_of_ours_leaves_its_stack_trace_in_a_file() throws Exception {
        Failure failure = Failure.of(new IllegalStateException("broken"), "deploy", "m.onnx");
        assertThat(failure.exitStatus()).isEqualTo(70);
        assertThat(failure.line()).startsWith("INTERNAL: ").contains("report");
        Path file = Path.of(failure.message().replaceAll(".*the stack trace is in (\\S+);.*", "$1"));
        assertThat(file)
                .content()
                .contains("IllegalStateException: broken")
                .contains("deploy m.onnx")
                .contains("\tat ");
        Files.delete(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy x", "run x -i y", "inspect x", "dump x", "demo", "doctor", "report x", "profile x"})
    void unknown_options_are_usage_with_a_suggestion(String line) {
        String[] words = (line + " --jsno").split(" ");
        CommandLineRun run = CommandLineRun.of((Object[]) words);
        run.refused(2, "BAD_OPTION", "unknown option --jsno");
        assertThat(run.err()).contains("--json").contains("See 'selvedge " + words[0] + " --help'.");
    }

    @Test
    void data_descriptions_in_the_help_are_read_as_they_stand() throws Exception {
        String help = CommandLineRun.of("deploy", "--help").out();
        List<String> kinds = new ArrayList<>();
        for (String example : help.split("(?m)^(?=    kind: )", -1)) {
            if (example.startsWith("    kind: ")) {
                String yaml = example.lines()
                        .takeWhile(line -> line.startsWith("    "))
                        .map(line -> line.substring(4))
                        .collect(Collectors.joining("\n"));
                kinds.add(DataDescription.read(Files.writeString(folder.resolve("eval.yaml"), yaml))
                        .content()
                        .getClass()
                        .getSimpleName());
            }
        }
        assertThat(kinds).containsExactly("Images", "Npz", "Raw");
    }

    @Test
    void targets_in_the_help_are_those_that_there_are() {
        String help = CommandLineRun.of("deploy", "--help").out().replaceAll("\\s+", " ");
        assertThat(help)
                .contains("Known: "
                        + TargetCatalog.all().stream().map(Target::name).collect(Collectors.joining(", ")) + ".");
    }

    @Test
    void help_is_a_command_too() {
        CommandLineRun run = CommandLineRun.of("help", "inspect");
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo(CommandLineRun.of("inspect", "--help").out());
        CommandLineRun.of("help", "nothing").refused(2, "BAD_OPTION", "nothing");
    }

    @Test
    void what_a_command_does_not_take_is_usage_in_plain_words() {
        CommandLineRun.of("inspect", "a", "b").refused(2, "BAD_OPTION", "'b' is more than the command takes");
        CommandLineRun.of("frobnicate").refused(2, "BAD_OPTION", "no command 'frobnicate'", "deploy, run, inspect");
        CommandLineRun.of("run", "x.selv").refused(2, "BAD_OPTION", "needs one of these", "--data");
        CommandLineRun.of("deploy", "x", "--max-drop", "much").refused(2, "BAD_OPTION", "--max-drop", "not a number");
        CommandLineRun.of("deploy", "x", "--seed", "1.5").refused(2, "BAD_OPTION", "--seed", "not a whole number");
    }

    @Test
    void more_than_memory_holds_is_no_fault_of_ours() {
        CommandLineRun run = CommandLineRun.of(console -> new Greedy());
        run.refused(6, "IO_ERROR", "memory", "-Xmx");
    }

    @picocli.CommandLine.Command(name = "greedy")
    private static final class Greedy implements java.util.concurrent.Callable<Integer> {
        @Override
        public Integer call() {
            throw new OutOfMemoryError("Java heap space");
        }
    }

    @Test
    void bench_is_started_by_the_launcher() {
        CommandLineRun run = CommandLineRun.of("bench", "m.onnx");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("./selvedge bench m.onnx");
    }
}
