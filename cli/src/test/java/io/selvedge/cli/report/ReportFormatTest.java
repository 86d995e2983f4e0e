package io.selvedge.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/report-format.md promises is what {@link ReportWriter} writes, and the reverse. */
final class ReportFormatTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "report-format.md");
    private static final Pattern HEADING = Pattern.compile("## (\\S+)");
    private static final Pattern FIELD = Pattern.compile("\\| `(\\w+)` \\|.*");

    /** Names are the user's, and the second graph is of the first one's form. */
    private static final Set<String> NOT_DESCRIBED = Set.of("options", "graphs.after", "graphs.after.nodes[]");

    @Test
    void every_field_is_documented_and_every_documented_field_is_written() throws IOException {
        Map<String, Set<String>> written = new TreeMap<>();
        for (Report report : List.of(Reports.chosen(), Reports.nothingFits())) {
            collect("report", new ObjectMapper().readTree(ReportWriter.text(report)), written);
        }
        NOT_DESCRIBED.forEach(path -> assertThat(written.remove(path)).as(path).isNotNull());
        assertThat(written).isEqualTo(documented());
    }

    @Test
    void both_graphs_have_one_form() throws IOException {
        Map<String, Set<String>> written = new TreeMap<>();
        collect("report", new ObjectMapper().readTree(ReportWriter.text(Reports.chosen())), written);
        assertThat(written.get("graphs.after")).isEqualTo(written.get("graphs.before"));
        assertThat(written.get("graphs.after.nodes[]")).isEqualTo(written.get("graphs.before.nodes[]"));
    }

    private static Map<String, Set<String>> documented() throws IOException {
        Map<String, Set<String>> fields = new TreeMap<>();
        Set<String> section = new TreeSet<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher heading = HEADING.matcher(line);
            Matcher field = FIELD.matcher(line);
            if (heading.matches()) {
                section = fields.computeIfAbsent(heading.group(1), _ -> new TreeSet<>());
            } else if (field.matches()) {
                section.add(field.group(1));
            }
        }
        return fields;
    }

    private static void collect(String path, JsonNode node, Map<String, Set<String>> fields) {
        if (node.isObject()) {
            Set<String> names = fields.computeIfAbsent(path, _ -> new TreeSet<>());
            node.properties().forEach(field -> {
                names.add(field.getKey());
                String below = path.equals("report") ? field.getKey() : path + "." + field.getKey();
                collect(below, field.getValue(), fields);
            });
        } else {
            node.forEach(element -> collect(path + "[]", element, fields));
        }
    }
}
