package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.bench.start.EmptyStart;
import io.selvedge.bench.start.SelvedgeStart;
import io.selvedge.runtime.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaStartTest {
    @TempDir
    private Path folder;

    @Test
    void a_process_is_started_with_a_cache_that_an_earlier_one_wrote() throws IOException {
        JavaStart start = new JavaStart("java alone", EmptyStart.class, List.of(), List.of());
        JavaStart.Prepared prepared = start.prepare(folder, true);
        assertThat(folder.resolve("java-alone.aot")).isNotEmptyFile();
        assertThat(prepared.command()).contains("-XX:AOTCache=" + folder.resolve("java-alone.aot"));
        JavaStart.Figures figures = prepared.run();
        assertThat(figures.millis()).isPositive();
        assertThat(figures.residentMebibytes()).isGreaterThan(5);
    }

    @Test
    void a_program_that_ends_early_is_told_with_its_command() throws IOException {
        JavaStart start = new JavaStart(
                "selvedge", SelvedgeStart.class, List.of(Model.class), List.of(folder.resolve("absent.selv")));
        JavaStart.Prepared prepared = start.prepare(folder, false);
        assertThatThrownBy(prepared::run).hasMessageContaining("ended early").hasMessageContaining("absent.selv");
    }

    @Test
    void shares_are_of_the_same_kind_of_start() throws IOException {
        String json = """
                {"rows":[
                 {"name":"selvedge","cache":false,"millis":90,"residentMebibytes":40},
                 {"name":"selvedge","cache":true,"millis":45,"residentMebibytes":30},
                 {"name":"onnxruntime","cache":false,"millis":225,"residentMebibytes":80},
                 {"name":"onnxruntime","cache":true,"millis":180,"residentMebibytes":60}]}
                """;
        assertThat(StartRace.table(new ObjectMapper().readTree(json)).lines())
                .contains(
                        "| selvedge | no | 90 | 0.40 | 40.0 | 0.50 |",
                        "| selvedge | yes | 45 | 0.25 | 30.0 | 0.50 |",
                        "| onnxruntime | yes | 180 | 1.00 | 60.0 | 1.00 |");
    }
}
