package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.bench.SuiteModel.Group;
import io.selvedge.bench.SuiteResult.Entry;
import io.selvedge.compress.deploy.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuitePageTest {
    private static final String STARTS = """
            {"model":"starts","date":"2026-01-02","rows":[
             {"name":"selvedge","cache":true,"millis":45,"residentMebibytes":40},
             {"name":"onnxruntime","cache":true,"millis":200,"residentMebibytes":80}]}
            """;

    private static final String LIMITS = """
            {"model":"limits","rows":[{"target":"v4","fp32":118,"int8":473},{"target":"v3","fp32":117,"int8":240}]}
            """;

    private static final List<OwnForms> OWN = List.of(new OwnForms(
            "int8",
            2048,
            Map.of(
                    "one thread",
                    2.0,
                    "two threads, near",
                    1.0,
                    "two threads, far",
                    1.6,
                    "x86-64-v3",
                    4.0,
                    "Java",
                    8.0)));

    @TempDir
    private Path folder;

    @Test
    void int8_is_compared_with_a_peers_float_form_where_that_is_faster() {
        SuiteResult result = result(
                "net",
                entry("selvedge", "int8", 10),
                entry("onnxruntime", "int8", 40),
                entry("onnxruntime", "fp32", 25));
        assertThat(result.ratio("int8")).isEqualTo(OptionalDouble.of(2.5));
        assertThat(result.ratio("fp32")).isEmpty();
    }

    @Test
    void fp32_is_not_compared_with_a_peers_int8_form() {
        SuiteResult result = result(
                "net",
                entry("selvedge", "fp32", 20),
                entry("onnxruntime", "int8", 10),
                entry("onnxruntime", "fp32", 30));
        assertThat(result.ratio("fp32")).isEqualTo(OptionalDouble.of(1.5));
    }

    @Test
    void tables_have_a_row_for_each_form_and_the_mean_of_a_group() throws IOException {
        SuiteResult first = result(
                "one",
                entry("selvedge", "fp32", 10),
                entry("onnxruntime", "fp32", 20),
                absent("tflite-xnnpack", "fp32"));
        SuiteResult second = result(
                "two",
                entry("selvedge", "fp32", 10),
                entry("onnxruntime", "fp32", 80),
                entry("tflite-xnnpack", "fp32", 100));
        String text = new SuitePage(
                        List.of(first, second),
                        Optional.of(new ObjectMapper().readTree(STARTS)),
                        Optional.of(new ObjectMapper().readTree(LIMITS)))
                .text(new Machine("a CPU", "an isa", 2, "an OS", "a JDK"));
        assertThat(text.lines())
                .contains(
                        "- Machine: a CPU, 2 cores, an isa, an OS, JDK a JDK",
                        "- Limits of one core, Gop/s: v4 118 in fp32, 473 in int8; v3 117 in fp32, 240 in int8",
                        "- Date: 2026-01-02",
                        "- Versions: onnxruntime 1, selvedge 1, tflite-xnnpack 1",
                        "## Small nets",
                        "| net | type | selvedge | ratio | onnxruntime | tflite-xnnpack | GOP/s | difference |",
                        "| one | fp32 | 10.0 | 2.00 | 20.0 | - | 200 | 1.0e-03 |",
                        "| two | fp32 | 10.0 | 8.00 | 80.0 | 100 | 200 | 1.0e-03 |",
                        "| **geometric mean** | fp32 | | **4.00** | | | | |",
                        "| selvedge | yes | 45 | 0.23 | 40.0 | 0.50 |",
                        "- one fp32 in tflite-xnnpack: it has no such operator");
    }

    @Test
    void every_table_has_as_many_cells_in_each_row() {
        SuiteResult result = result(
                "one", entry("selvedge", "fp32", 10), entry("onnxruntime", "fp32", 20), absent("onednn", "fp32"));
        String text = new SuitePage(List.of(result), Optional.empty(), Optional.empty()).text(Machine.host());
        List<Long> cells = text.lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> line.chars().filter(c -> c == '|').count())
                .toList();
        assertThat(cells).hasSize(4).allMatch(count -> count.equals(cells.getFirst()));
    }

    @Test
    void load_is_shown_against_the_idle_machine() {
        Entry busy = new Entry("selvedge", "1", "fp32", Optional.of(lap(10)), "", Double.NaN, Optional.of(lap(30)));
        String text =
                new SuitePage(List.of(result("one", busy)), Optional.empty(), Optional.empty()).text(Machine.host());
        assertThat(text).contains("| one | fp32 | selvedge | 20.0 | 60.0 | 3.0 |");
    }

    @Test
    void what_uses_every_weight_once_is_shown_against_the_limit_of_reading() {
        String text = new SuitePage(List.of(reading(entry("selvedge", "int8", 2))), Optional.empty(), Optional.empty())
                .text(Machine.host());
        // 204800 bytes in 2 microseconds.
        assertThat(text).contains("| one | int8 | 200 | 102 | L2 | 128 | 0.80 |");
    }

    @Test
    void ours_in_other_ways_is_shown_by_the_one_that_races() {
        String text = new SuitePage(List.of(reading(entry("selvedge", "int8", 2))), Optional.empty(), Optional.empty())
                .text(Machine.host());
        assertThat(text).contains("| one | int8 | 2.0 | 2.0 | 2.00x | 1.25x | 4.0 | 500 | 8.0 | 0.25 |");
    }

    @Test
    void a_result_comes_back_from_its_line_of_json() throws IOException {
        Entry busy = new Entry("selvedge", "1", "int8", Optional.of(lap(10)), "", Double.NaN, Optional.of(lap(30)));
        SuiteResult result = reading(busy, entry("onnxruntime", "fp32", 20), absent("tflite-xnnpack", "fp32"));
        JsonNode tree = new ObjectMapper().readTree(result.tree().toString());
        assertThat(SuiteResult.of(tree)).isEqualTo(result);
    }

    @Test
    void geometric_mean_of_ratios() {
        assertThat(SuitePage.geometricMean(List.of(1.0, 4.0))).isCloseTo(2, within(1e-12));
    }

    @Test
    void what_has_a_line_is_not_measured_again() throws IOException {
        Path suite = Files.writeString(folder.resolve("suite.yaml"), "models: [{name: one, network: none}]");
        Path log = folder.resolve("log");
        SuiteResult result = result("one", entry("selvedge", "fp32", 10), entry("onnxruntime", "fp32", 20));
        Files.writeString(log, result.tree() + "\n" + STARTS.replace("\n", "") + "\n" + LIMITS);
        Path page = folder.resolve("page.md");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        new SuiteRun(suite, Optional.of(log), Optional.of(page), Pattern.compile(""), 1).run(stream, stream);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(page).content().contains("| one | fp32 | 10.0 | 2.00 |").contains("## Process start");
    }

    @Test
    void a_log_that_is_none_is_refused() throws IOException {
        Path suite = Files.writeString(folder.resolve("suite.yaml"), "models: [{name: one, network: none}]");
        Path log = Files.writeString(folder.resolve("log"), "{}\n{");
        SuiteRun run = new SuiteRun(suite, Optional.of(log), Optional.empty(), Pattern.compile(""), 1);
        assertThatThrownBy(() -> run.run(System.out, System.err))
                .hasMessageContaining("line 2 is no result of a suite");
    }

    private static SuiteResult result(String name, Entry... entries) {
        return new SuiteResult(name, Group.SMALL, "2026-01-02", 1, 1_000_000, List.of(entries), List.of(), List.of());
    }

    private static SuiteResult reading(Entry... entries) {
        SuiteResult.Reading reading = new SuiteResult.Reading("int8", 204_800, "L2", 128);
        return new SuiteResult("one", Group.SMALL, "2026-01-02", 1, 1_000_000, List.of(entries), List.of(reading), OWN);
    }

    private static Race.Lap lap(double micros) {
        return new Race.Lap(micros, micros / 2, 2 * micros);
    }

    private static Entry entry(String runtime, String dtype, double micros) {
        double error = runtime.equals("selvedge") ? Double.NaN : 1e-3;
        return new Entry(runtime, "1", dtype, Optional.of(lap(micros)), "", error, Optional.empty());
    }

    private static Entry absent(String runtime, String dtype) {
        return new Entry(runtime, "", dtype, Optional.empty(), "it has no such operator", Double.NaN, Optional.empty());
    }
}
