package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compress.deploy.DeployData;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.train.explore.Effort;
import io.selvedge.train.explore.Explorer;
import io.selvedge.train.explore.Explorer.Exploration;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much {@code deploy} tries beside what needs no training. */
final class EffortOptions {
    @Option(
            names = "--effort",
            paramLabel = "LEVEL",
            description = {
                "How much is tried: quick (fp32, int8, mixed), standard or thorough. The latter prune channels and weights, train "
                        + "what is left with the original as teacher, and keep what pays; they need --data. Default: quick"
            })
    private Effort effort = Effort.QUICK;

    @Option(
            names = "--max-effort-minutes",
            paramLabel = "M",
            description = "Begin no further training after so many minutes. Default: 20 for standard, 120 for thorough")
    private @Nullable Double minutes;

    @Option(
            names = "--trials",
            paramLabel = "DIR",
            description =
                    "Where trainings are kept, so that a run that was interrupted, or one with other budgets, does not "
                            + "train again. Default: in the user's cache")
    private @Nullable Path trials;

    boolean trains() {
        return effort != Effort.QUICK;
    }

    /**
     * Explores.
     *
     * @param request of the deployment without what is found here
     * @param folder for candidates
     * @throws SelvedgeException BAD_OPTION without data, with several bindings or with states
     */
    Exploration explore(DeployRequest request, Path folder, ProgressListener progress) {
        if (!(request.data() instanceof DeployData.Described data)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--effort " + effort.text() + " trains, and needs --data: a description with samples to train on"
                            + " ('training: {path: ...}') and to calibrate on ('calibration: ...')");
        }
        if (request.bindings().size() > 1 || !request.states().isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--effort " + effort.text() + " goes with one choice of --dim and without --state");
        }
        ImportOptions options = request.bindings().getFirst();
        return Explorer.explore(
                new Explorer.Request(
                        request.model(),
                        options,
                        data.file(),
                        request.budgets(),
                        request.targets(),
                        request.cc(),
                        request.codeWeights()
                                || request.budgets().maxBundleBytes().isPresent(),
                        effort,
                        minutes == null ? effort.minutes() : Limits.positive("--max-effort-minutes", minutes),
                        request.seed(),
                        Machine.host().cores(),
                        trials == null ? UserCache.ofUser().folder("trials") : trials),
                folder,
                progress);
    }

    /** For the terminal: what was tried and did not become a candidate. */
    static List<String> lines(Exploration exploration) {
        return exploration.trials().stream()
                .filter(trial -> trial.left().isPresent())
                .map(trial -> "tried " + trial.name() + ": " + trial.left().orElseThrow())
                .toList();
    }
}
