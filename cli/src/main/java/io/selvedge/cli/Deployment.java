package io.selvedge.cli;

import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.ProgressListener;

/** The search for a candidate; commands are tested with results that were made before. */
@FunctionalInterface
interface Deployment {
    Deployment REAL = (request, progress) -> {
        throw new UnsupportedOperationException("the search is not built in yet");
    };

    DeployResult deploy(DeployRequest request, ProgressListener progress);
}
