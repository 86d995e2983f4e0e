package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.cli.report.ReportWriter;
import io.selvedge.cli.report.Reports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Earlier deployments shown again, and files that are none. */
final class ReportCommandTest {
    @TempDir
    private Path folder;

    private Path json;

    @BeforeEach
    void write_report() throws IOException {
        json = Files.writeString(folder.resolve("report.json"), ReportWriter.text(Reports.chosen()));
    }

    @Test
    void table_page_and_json_come_from_the_file_or_its_folder() throws IOException {
        assertThat(CommandLineRun.of("report", json).out())
                .contains("Chosen: int8")
                .isEqualTo(CommandLineRun.of("report", folder).out());
        assertThat(CommandLineRun.of("report", json, "--json").out()).isEqualTo(Files.readString(json));
        Path page = folder.resolve("page.html");
        assertThat(CommandLineRun.of("report", json, "--html", page).out()).contains("Wrote " + page);
        assertThat(page).content().startsWith("<!");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(json, page);
        }
        CommandLineRun.of("report", json, "--json", "--html", page).refused(2, "BAD_OPTION", "--json", "--html");
    }

    @Test
    void what_is_no_report_is_told() throws IOException {
        CommandLineRun.of("report", folder.resolve("none.json")).refused(3, "DATA_NOT_FOUND", "none.json");
        Files.createDirectory(folder.resolve("empty"));
        CommandLineRun.of("report", folder.resolve("empty")).refused(3, "DATA_NOT_FOUND", "report.json");
        Files.write(json, new byte[] {(byte) 0x93, 'N', 'U', (byte) 0xff});
        CommandLineRun.of("report", json).refused(3, "BAD_DATA", "report.json", "not text");
        for (String text : new String[] {"", "[1, 2", "{}", "{\"schema\": \"selvedge-report/9\"}"}) {
            Files.writeString(json, text);
            CommandLineRun.of("report", json).refused(3, "BAD_DATA", "report.json", "give the report.json");
        }
        String whole = ReportWriter.text(Reports.chosen());
        for (int length = 100; length < whole.length() - 10; length += 997) {
            Files.writeString(json, whole.substring(0, length));
            CommandLineRun.of("report", json).refused(3, "BAD_DATA", "report.json");
        }
    }

    @Test
    void page_that_cannot_be_written_is_told() {
        for (Path page :
                new Path[] {json.resolve("page.html"), Path.of("/proc/page.html"), folder.resolve("no/page.html")}) {
            CommandLineRun.of("report", json, "--html", page)
                    .refused(6, "OUTPUT_NOT_WRITABLE", page.toString(), "choose another --html");
        }
    }
}
