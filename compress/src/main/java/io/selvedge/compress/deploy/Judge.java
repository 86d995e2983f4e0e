package io.selvedge.compress.deploy;

import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.eval.Evaluation;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.PairedComparison;
import io.selvedge.compress.eval.Reference;

/** Accuracy of candidates against the original: one half of the data decides, the other is reported. */
final class Judge {
    private final Dataset.Halves halves;
    private final Metric metric;
    private final long seed;
    private final ProgressListener progress;
    private final Reference choice;
    private final Reference report;

    /** What was found about one candidate on both halves. */
    record Verdict(double value, PairedComparison choice, PairedComparison report, double snrDb) {}

    Judge(Dataset data, Metric metric, long seed, Build original, ProgressListener progress) {
        this.halves = data.halves(seed);
        this.metric = metric;
        this.seed = seed;
        this.progress = progress;
        this.choice = evaluator(halves.choose(), original).original(new SessionRunner(original.session()));
        this.report = evaluator(halves.report(), original).original(new SessionRunner(original.session()));
    }

    int samples() {
        return halves.report().size();
    }

    int choiceSamples() {
        return halves.choose().size();
    }

    /** The original loses nothing against itself, and it was run already. */
    Verdict original() {
        return new Verdict(
                report.evaluation().value(),
                PairedComparison.ofOriginal(choice.evaluation()),
                PairedComparison.ofOriginal(report.evaluation()),
                report.evaluation().snrDb());
    }

    Verdict verdict(Build build) {
        SessionRunner runner = new SessionRunner(build.session());
        Evaluation chosenOn = evaluator(halves.choose(), build).candidate(runner, choice);
        Evaluation reportedOn = evaluator(halves.report(), build).candidate(runner, report);
        return new Verdict(
                reportedOn.value(),
                PairedComparison.of(choice.evaluation(), chosenOn, seed),
                PairedComparison.of(report.evaluation(), reportedOn, seed),
                reportedOn.snrDb());
    }

    private Evaluator evaluator(Dataset half, Build build) {
        return new Evaluator(
                half, metric, (done, total) -> progress.progress("measure accuracy of " + build.name(), done, total));
    }
}
