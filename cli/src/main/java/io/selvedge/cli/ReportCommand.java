package io.selvedge.cli;

import io.selvedge.cli.report.Report;
import io.selvedge.cli.report.ReportPage;
import io.selvedge.cli.report.ReportReader;
import io.selvedge.cli.report.ReportWriter;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge report}: shows an earlier deployment again. */
@Command(
        name = "report",
        description = "Prints the table of an earlier deployment, or draws its page again.",
        footer = {"  selvedge report out/report.json", "  selvedge report out/report.json --html page.html"})
final class ReportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "REPORT", description = "A report.json, or the folder that it is in.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    /** In place of the table. */
    static final class Form {
        @Option(names = "--html", paramLabel = "FILE", description = "Write the page there instead.")
        private @Nullable Path html;

        @Option(names = "--json", description = "Print the report as JSON instead.")
        private boolean json;
    }

    @ArgGroup
    private Form form = new Form();

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path json = Files.isDirectory(file) ? file.resolve("report.json") : file;
        if (Files.notExists(json)) {
            throw new SelvedgeException(
                    ErrorCode.DATA_NOT_FOUND,
                    "there is no file " + json + "; 'selvedge deploy' writes report.json into --out");
        }
        Report report = ReportReader.read(text(json), json.toString());
        if (form.json) {
            console.out().print(ReportWriter.text(report));
        } else if (form.html == null) {
            new DeployTable(report.result()).lines().forEach(console.out()::println);
        } else {
            new TextFile("--html", form.html).write(ReportPage.text(report));
            console.out().println("Wrote " + form.html);
        }
        return 0;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    file + " is no report: it is not text; give the report.json of a deployment",
                    e);
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "cannot read " + file + " (" + IoReason.of(e) + ")", e);
        }
    }
}
