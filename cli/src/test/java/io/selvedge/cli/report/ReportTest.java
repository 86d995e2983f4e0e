package io.selvedge.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class ReportTest {
    @Test
    void json_has_the_promised_names() throws Exception {
        JsonNode root = new ObjectMapper().readTree(ReportWriter.text(Reports.chosen()));
        assertThat(names(root))
                .contains(
                        "schema",
                        "model",
                        "target",
                        "options",
                        "toolVersion",
                        "seed",
                        "machine",
                        "metric",
                        "samples",
                        "budgets",
                        "candidates");
        assertThat(names(root.get("model"))).containsExactly("name", "sha256");
        assertThat(names(root.get("machine"))).containsExactly("cpu", "isa", "cores", "os", "jdk");
        JsonNode candidate = root.get("candidates").get(0);
        // In this order; fields may be added.
        assertThat(names(candidate))
                .containsSubsequence(
                        "name",
                        "dtype",
                        "layers",
                        "accuracy",
                        "drop",
                        "dropLow",
                        "dropHigh",
                        "proven",
                        "latencyMicrosP50",
                        "latencyMicrosP95",
                        "latencyOn",
                        "threads",
                        "arenaBytes",
                        "weightBytes",
                        "codeBytes",
                        "bundleBytes",
                        "chosen",
                        "reason");
        assertThat(names(candidate.get("layers").get(0))).containsExactly("name", "dtype", "micros", "snrDb", "tuned");
        assertThat(candidate.get("dtype").asText()).isEqualTo("fp32");
        assertThat(candidate.get("latencyOn").asText()).isEqualTo("measured");
    }

    @Test
    void json_reads_back_as_it_was() {
        for (Report report : List.of(Reports.chosen(), Reports.nothingFits())) {
            String text = ReportWriter.text(report);
            Report read = ReportReader.read(text, "report.json");
            assertThat(ReportWriter.text(read)).isEqualTo(text);
            assertThat(read.result().candidates()).isEqualTo(report.result().candidates());
            assertThat(read.result().outcome()).isEqualTo(report.result().outcome());
        }
    }

    @Test
    void text_that_is_no_report_is_refused_with_its_reason() {
        for (String text :
                List.of("", "{", "[]", "{\"schema\":\"selvedge-report/9\"}", "{\"schema\":\"selvedge-report/1\"}")) {
            assertThatThrownBy(() -> ReportReader.read(text, "r.json"))
                    .isInstanceOfSatisfying(
                            SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
                    .hasMessageContaining("r.json");
        }
    }

    @Test
    void page_loads_nothing_from_elsewhere() {
        String page = ReportPage.text(Reports.chosen());
        assertThat(Pattern.compile("(src|href)=\"(?!data:|#)").matcher(page).find())
                .isFalse();
        assertThat(page)
                .doesNotContain("http://")
                .doesNotContain("https://")
                .doesNotContain("@import")
                .doesNotContain("{{");
    }

    @Test
    void page_says_the_answer_first() {
        assertThat(ReportPage.text(Reports.chosen())).contains("int8: 2.9× faster");
        assertThat(ReportPage.text(Reports.nothingFits()))
                .contains("Nothing fits these budgets")
                .contains("--max-latency-us")
                .contains("53.25 us");
    }

    @Test
    void page_escapes_names_from_the_model() {
        String page = ReportPage.text(Reports.chosen());
        assertThat(page).doesNotContain("<script>alert");
    }

    @Test
    void pages_can_be_looked_at() throws Exception {
        Path folder = Files.createDirectories(Path.of("target", "pages"));
        Files.writeString(folder.resolve("chosen.html"), ReportPage.text(Reports.chosen()));
        Files.writeString(folder.resolve("nothing.html"), ReportPage.text(Reports.nothingFits()));
        assertThat(folder.resolve("chosen.html")).isNotEmptyFile();
    }

    private static List<String> names(JsonNode node) {
        return StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false)
                .toList();
    }
}
