package io.selvedge.cli;

import io.selvedge.cli.report.Report;
import io.selvedge.cli.report.ReportPage;
import io.selvedge.cli.report.ReportWriter;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.DeployResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What {@code deploy} and {@code demo} share: the search, the report, the files, the table. */
record Deploying(Console console, Deployment deployment, Path out, boolean json) {
    private static final String HTML = "report.html";
    private static final String JSON = "report.json";
    private static final long REPORT_BYTES = 2 << 20;

    /**
     * Deploys, publishes everything or nothing, and prints what was found.
     *
     * @param request made for the folder that it shall write into
     * @param modelBytes of the original; the results are about as large
     * @param report made from what was found
     * @return the exit status: 0, or 4 when nothing fits
     */
    int run(Function<Path, DeployRequest> request, long modelBytes, Function<DeployResult, Report> report)
            throws IOException {
        // Wrong options are found before a folder is made.
        java.util.Objects.requireNonNull(request.apply(out));
        try (OutputFolder output = OutputFolder.open(out, 2 * modelBytes + REPORT_BYTES)) {
            DeployResult result;
            try (ProgressLine progress = new ProgressLine(console)) {
                result = deployment.deploy(request.apply(output.staging()), progress);
            }
            Report found = report.apply(result);
            write(output.staging().resolve(HTML), ReportPage.text(found));
            write(output.staging().resolve(JSON), ReportWriter.text(found));
            List<String> names = new ArrayList<>();
            result.written().forEach(file -> names.add(String.valueOf(file.getFileName())));
            names.add(HTML);
            names.add(JSON);
            List<Path> published = output.publish(names);
            print(found, published);
            return result.chosen().isPresent() ? 0 : nothingFits(result);
        }
    }

    private void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the report cannot be written into " + out + " (" + IoReason.of(e)
                            + "); free some space or choose another --out",
                    e);
        }
    }

    private int nothingFits(DeployResult result) {
        int candidates = result.candidates().size();
        console.err()
                .println(ErrorCode.NO_CANDIDATE_FITS + ": "
                        + (candidates == 1
                                ? "the only candidate does not keep"
                                : "none of " + candidates + " candidates keeps")
                        + " every budget; no model was written, " + out.resolve(HTML) + " shows what is missing");
        List<String> earlier = Stream.of("model.selv", "model.onnx")
                .filter(name -> Files.exists(out.resolve(name)))
                .toList();
        if (!earlier.isEmpty()) {
            console.err()
                    .println(String.join(" and ", earlier) + " in " + out + (earlier.size() == 1 ? " is" : " are")
                            + " of an earlier run");
        }
        return ErrorCode.NO_CANDIDATE_FITS.exitStatus();
    }

    private void print(Report report, List<Path> published) {
        if (json) {
            console.out().print(ReportWriter.text(report));
            return;
        }
        for (String line : new DeployTable(report.result()).lines()) {
            boolean verdict = line.endsWith("<- chosen") || line.startsWith("Chosen:");
            console.out().println(verdict ? console.bold(line) : line);
        }
        console.out().println();
        for (Path file : published) {
            console.out().println("Wrote " + shortest(file));
        }
    }

    private static Path shortest(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }
}
