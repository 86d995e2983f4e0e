package io.selvedge.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.cli.SourceTree;
import io.selvedge.cli.conformance.TestResult.Mode;
import io.selvedge.cli.conformance.TestResult.Status;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The ONNX project's own expectations, by the reference evaluator and natively. */
class OnnxSuiteTest {
    private static final int FEWEST_PASSES = 1400;
    private static final int FEWEST_NATIVE = 1150;
    private static final int FEWEST_COMPILED = 1290;

    private static List<OnnxSuite.Case> tests() {
        Optional<Path> folder = SharedFolder.find("onnx-backend");
        assumeTrue(folder.isPresent(), "shared/onnx-backend is absent");
        return OnnxSuite.read(folder.orElseThrow());
    }

    private static List<TestResult> failures(List<TestResult> results) {
        return results.stream()
                .filter(result -> result.status() == Status.FAILED
                        && SuiteDefects.reason(result.name()).isEmpty())
                .toList();
    }

    @Test
    void reference_evaluator_passes_every_test_that_it_reads() {
        // The light models are whole networks: natively they take a second, so a minute.
        List<OnnxSuite.Case> tests = tests().stream()
                .filter(test -> !test.name().startsWith("light/"))
                .toList();
        List<TestResult> results = Conformance.evaluate(tests, TargetCatalog.X86_64);
        assertThat(failures(results)).isEmpty();
        assertThat(new ConformanceReport(results).passed(Mode.REFERENCE)).isGreaterThanOrEqualTo(FEWEST_PASSES);
    }

    @Test
    void every_test_that_is_not_to_be_met_still_fails() {
        List<OnnxSuite.Case> tests = tests().stream()
                .filter(test -> SuiteDefects.reason(test.name()).isPresent())
                .toList();
        assertThat(Conformance.evaluate(tests, TargetCatalog.X86_64))
                .isNotEmpty()
                .allSatisfy(
                        result -> assertThat(result.status()).as(result.name()).isNotEqualTo(Status.PASSED));
    }

    @Test
    void compiled_tests_give_what_the_suite_expects_and_the_documents_say_so() throws IOException {
        List<OnnxSuite.Case> tests = tests();
        List<TestResult> results =
                new Conformance(Toolchain.bundled(), HostCpu.detect().best(), (_, _, _) -> {}).run(tests);
        ConformanceReport report = new ConformanceReport(results);
        assertThat(failures(results)).isEmpty();
        assertThat(report.passed(Mode.NATIVE)).isGreaterThanOrEqualTo(FEWEST_NATIVE);
        assertThat(report.passed(Mode.NATIVE) + report.passed(Mode.NATIVE_BOUND))
                .isGreaterThanOrEqualTo(FEWEST_COMPILED);
        documented("conformance.md", ConformanceDocs.conformance(results));
        documented("operators.md", ConformanceDocs.operators(tests, results));
    }

    private static void documented(String name, String text) throws IOException {
        Path document = SourceTree.ROOT.resolve("docs").resolve(name);
        if (System.getProperty("selvedge.docs", "").equals("write")) {
            Files.writeString(document, text);
        }
        assertThat(document)
                .as("write it again: mvn -pl cli -am package -Dtest=OnnxSuiteTest "
                        + "-Dsurefire.failIfNoSpecifiedTests=false -Dselvedge.docs=write")
                .hasContent(text);
    }
}
