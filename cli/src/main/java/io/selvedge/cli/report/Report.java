package io.selvedge.cli.report;

import io.selvedge.compress.deploy.DeployResult;
import java.util.List;

/** All that {@code report.json} and {@code report.html} show. {@code pictures} may be empty. */
public record Report(DeployResult result, List<SamplePicture> pictures) {
    public Report {
        pictures = List.copyOf(pictures);
    }
}
