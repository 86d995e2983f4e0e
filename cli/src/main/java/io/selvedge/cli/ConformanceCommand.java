package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.cli.conformance.Conformance;
import io.selvedge.cli.conformance.ConformanceReport;
import io.selvedge.cli.conformance.OnnxSuite;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge conformance}: the ONNX project's backend tests, natively where possible. */
@Command(
        name = "conformance",
        description =
                "Runs the ONNX backend tests in a folder: compiled where possible, else by the reference evaluator, "
                        + "and says why for each that is not native or does not pass.",
        footer = {
            "  selvedge conformance onnx-backend                     counts and failures",
            "  selvedge conformance onnx-backend --json result.json  every test with mode, status and reason",
            "  selvedge conformance onnx-backend --tests resize      only tests with this in their name"
        })
final class ConformanceCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    private final Console console;

    @Parameters(
            paramLabel = "DIR",
            description = "Folder with the tests' archive (.tar.xz) and manifest, or with folders test_*.")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every test's result there.")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--tests", paramLabel = "TEXT", description = "Only tests whose name contains this.")
    private String part = "";

    @Option(names = "--target", paramLabel = "NAME", description = "Instruction set; the best of this CPU by default.")
    private Optional<String> target = Optional.empty();

    @Mixin
    private PluginOption plugins = new PluginOption();

    ConformanceCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<OnnxSuite.Case> tests = OnnxSuite.read(folder).stream()
                .filter(test -> test.name().contains(part))
                .toList();
        if (tests.isEmpty()) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, "--tests " + part + ": no test's name contains it");
        }
        ConformanceReport report;
        try (ProgressLine progress = new ProgressLine(console)) {
            report = new ConformanceReport(
                    new Conformance(Toolchain.bundled(), runnable(), plugins.read(), progress).run(tests));
        }
        json.ifPresent(file -> write(report, file));
        report.lines().forEach(console.out()::println);
        return report.unexpectedFailures().isEmpty() ? 0 : FAILED;
    }

    private Target runnable() {
        HostCpu host = HostCpu.detect();
        Target found = target.map(TargetCatalog::byName).orElseGet(host::best);
        host.lackFor(found).ifPresent(lack -> {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--target " + found.name() + ": its code is run here, but " + lack + "; choose among "
                            + host.targets().stream().map(Target::name).toList());
        });
        return found;
    }

    private static void write(ConformanceReport report, Path file) {
        try {
            Path beside = file.resolveSibling(file.getFileName() + ".partial");
            Files.writeString(
                    beside,
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.tree()) + "\n");
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE, file + " cannot be written: " + IoReason.of(e), e);
        }
    }
}
