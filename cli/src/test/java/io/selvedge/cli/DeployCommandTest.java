package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.cli.report.Reports;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.DeployData;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.DeployResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command around the search: options in, files and messages out. What the search finds is given. */
final class DeployCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path out;
    private final List<DeployRequest> requests = new ArrayList<>();

    @BeforeEach
    void write_model() throws IOException {
        model = Files.write(folder.resolve("net.onnx"), new byte[100]);
        out = folder.resolve("deep").resolve("out");
    }

    @Test
    void chosen_model_is_written_with_both_reports() throws Exception {
        CommandLineRun run = deploy(this::chosen, model, "--out", out);
        assertThat(run.status()).isZero();
        assertThat(names(out)).containsExactly("model.onnx", "model.selv", "report.html", "report.json");
        assertThat(run.out()).contains("<- chosen").contains("Chosen: int8").contains("model.selv");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void nothing_fits_has_its_own_status_and_says_what_to_relax() throws Exception {
        CommandLineRun run = deploy(request -> Reports.nothingFits().result(), model, "--out", out);
        assertThat(run.status()).isEqualTo(4);
        assertThat(run.out()).contains("Nearest: int8").contains("--max-latency-us from 40 to 53.25 us");
        assertThat(run.err()).startsWith("NO_CANDIDATE_FITS: ");
        assertThat(names(out)).containsExactly("report.html", "report.json");
    }

    @Test
    void json_goes_to_standard_output_alone() throws Exception {
        CommandLineRun run = deploy(this::chosen, model, "--out", out, "--json");
        assertThat(new ObjectMapper().readTree(run.out()).get("schema").asText())
                .isEqualTo("selvedge-report/1");
        assertThat(run.out()).isEqualTo(Files.readString(out.resolve("report.json")));
    }

    @Test
    void tuning_is_asked_for_alone_or_with_its_seconds_and_the_table_says_what_it_changed() throws Exception {
        CommandLineRun run = deploy(this::chosen, "--tune", model, "--out", out);
        deploy(this::chosen, model, "--tune-seconds", "5", "--out", out);
        deploy(this::chosen, model, "--out", out);
        assertThat(requests.stream()
                        .distinct()
                        .map(request -> request.tuneSeconds().orElse(0)))
                .contains(20, 5, 0);
        assertThat(run.out()).contains("Timing (--tune) changed 1 of ", "direct 1x16x1 pixels first -> winograd 13, ");
        assertThat(deploy(this::chosen, model, "--tune-seconds", "0").err())
                .startsWith("BAD_OPTION: --tune-seconds 0: give from 1 to 3600");
    }

    @Test
    void failed_search_leaves_nothing_behind() {
        CommandLineRun run = deploy(
                request -> {
                    write(request.outputDir().resolve("model.selv"));
                    throw new SelvedgeException(ErrorCode.NAN_IN_DATA, "sample 7 has NaN");
                },
                model,
                "--out",
                out);
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).isEqualTo("NAN_IN_DATA: sample 7 has NaN\n");
        assertThat(folder.resolve("deep")).doesNotExist();
    }

    @Test
    void failed_search_leaves_earlier_results_alone() throws Exception {
        Files.createDirectories(out);
        Files.writeString(out.resolve("model.selv"), "earlier");
        CommandLineRun run = deploy(
                request -> {
                    throw new SelvedgeException(ErrorCode.TOOLCHAIN_FAILED, "clang");
                },
                model,
                "--out",
                out);
        assertThat(run.status()).isEqualTo(5);
        assertThat(names(out)).containsExactly("model.selv");
        assertThat(out.resolve("model.selv")).hasContent("earlier");
    }

    @Test
    void options_become_the_request() {
        deploy(
                this::chosen,
                model,
                "--out",
                out,
                "--data",
                "eval.yaml",
                "--max-drop",
                "0.5",
                "--max-latency-us",
                "200",
                "--max-arena-bytes",
                "64K",
                "--max-bundle-bytes",
                "1.5M",
                "--target",
                "x86-64-v3,generic",
                "--seed",
                "7",
                "--dim",
                "batch=1",
                "--input-shape",
                "x=1,3,48,192",
                "--with-source");
        DeployRequest request = requests.getLast();
        assertThat(request.data()).isEqualTo(new DeployData.Described(Path.of("eval.yaml")));
        assertThat(request.budgets().maxDrop()).isEqualTo(OptionalDouble.of(0.5));
        assertThat(request.budgets().maxLatencyMicros()).isEqualTo(OptionalDouble.of(200));
        assertThat(request.budgets().maxArenaBytes()).isEqualTo(OptionalLong.of(65_536));
        assertThat(request.budgets().maxBundleBytes()).isEqualTo(OptionalLong.of(1_572_864));
        assertThat(request.targets()).containsExactly("x86-64-v3", "generic");
        assertThat(request.bindings().getFirst().dims()).containsEntry("batch", 1);
        assertThat(request.bindings().getFirst().inputShapes()).containsEntry("x", List.of(1, 3, 48, 192));
        assertThat(request.seed()).isEqualTo(7);
        assertThat(request.withSource()).isTrue();
    }

    @Test
    void wrong_numbers_are_usage_and_make_no_folder() {
        for (String[] option : new String[][] {
            {"--max-drop", "NaN"},
            {"--max-drop", "little"},
            {"--max-latency-us", "0"},
            {"--max-latency-us", "-5"},
            {"--max-arena-bytes", "-1"},
            {"--max-arena-bytes", "64X"},
            {"--max-bundle-bytes", ""},
            {"--threads", "0"},
            {"--threads", "many"},
            {"--seed", "x"},
            {"--frobnicate", "1"}
        }) {
            CommandLineRun run = deploy(this::chosen, model, "--out", out, option[0], option[1]);
            assertThat(run.status()).as(String.join(" ", option)).isEqualTo(2);
            assertThat(run.err()).startsWith("BAD_OPTION: ").doesNotContain("\tat ");
        }
        assertThat(folder.resolve("deep")).doesNotExist();
        assertThat(requests).isEmpty();
    }

    @Test
    void read_only_output_is_refused_before_the_search() throws Exception {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may write everywhere");
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assertThat(locked.toFile().setWritable(false)).isTrue();
        CommandLineRun run = deploy(this::chosen, model, "--out", locked.resolve("out"));
        assertThat(run.status()).isEqualTo(6);
        assertThat(run.err()).startsWith("OUTPUT_NOT_WRITABLE: ");
        assertThat(requests).isEmpty();
    }

    @Test
    void output_that_no_one_can_write_is_refused_before_the_search() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs a folder that not even root can write");
        CommandLineRun run = deploy(this::chosen, model, "--out", "/proc/self/out");
        assertThat(run.status()).isEqualTo(6);
        assertThat(run.err()).startsWith("OUTPUT_NOT_WRITABLE: ").contains("--out");
        assertThat(requests).isEmpty();
    }

    @Test
    void file_in_place_of_the_output_folder_is_refused() {
        CommandLineRun run = deploy(this::chosen, model, "--out", model);
        run.refused(6, "OUTPUT_NOT_WRITABLE", "is no folder", "choose another --out");
        assertThat(model).exists();
    }

    @Test
    void full_disk_is_said_before_the_search_where_it_can_be_known() throws Exception {
        try (OutputFolder output = OutputFolder.open(out, 0)) {
            assertThat(output.staging()).isDirectory();
        }
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                SelvedgeException.class, () -> OutputFolder.open(out, Long.MAX_VALUE))
                        .code())
                .isEqualTo(ErrorCode.IO_ERROR);
        assertThat(folder.resolve("deep")).doesNotExist();
    }

    private DeployResult chosen(DeployRequest request) {
        write(request.outputDir().resolve("model.selv"));
        write(request.outputDir().resolve("model.onnx"));
        return Reports.chosen().result();
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, "made");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CommandLineRun deploy(java.util.function.Function<DeployRequest, DeployResult> search, Object... args) {
        Deployment deployment = (request, _) -> {
            requests.add(request);
            return search.apply(request);
        };
        return CommandLineRun.of(console -> new DeployCommand(console, deployment), args);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
