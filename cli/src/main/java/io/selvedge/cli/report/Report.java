package io.selvedge.cli.report;

import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.train.explore.Explorer.TrialFinding;
import java.util.List;

/**
 * All that {@code report.json} and {@code report.html} show.
 *
 * @param pictures may be empty
 * @param trials what was tried beside the candidates, or before they were; may be empty
 */
public record Report(DeployResult result, List<SamplePicture> pictures, List<TrialFinding> trials) {
    public Report {
        pictures = List.copyOf(pictures);
        trials = List.copyOf(trials);
    }

    /** Of a deployment that tried nothing beside its candidates. */
    public Report(DeployResult result, List<SamplePicture> pictures) {
        this(result, pictures, List.of());
    }
}
