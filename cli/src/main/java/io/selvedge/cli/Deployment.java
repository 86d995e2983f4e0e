package io.selvedge.cli;

import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.Deployer;
import io.selvedge.compress.deploy.ProgressListener;

/** The search for a candidate; commands are tested with results that were made before. */
@FunctionalInterface
interface Deployment {
    Deployment REAL = Deployer::deploy;

    DeployResult deploy(DeployRequest request, ProgressListener progress);
}
