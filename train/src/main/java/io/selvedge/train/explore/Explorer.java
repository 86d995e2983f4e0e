package io.selvedge.train.explore;

import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.compress.deploy.Variant;
import io.selvedge.compress.eval.MetricCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Looks for smaller forms of a model by successive halving: every recipe is compiled untrained, which tells its time and size; what
 * breaks no budget and is better than plain int8 somewhere is trained a little and judged on the samples that choose; the best
 * third is trained three times as long, and so on, each round a like share of the minutes. The last ones are candidates of the
 * deployment, which measures them with all others.
 *
 * @see <a href="https://arxiv.org/abs/1502.07943">Jamieson and Talwalkar, Non-stochastic Best Arm Identification</a>
 */
public final class Explorer {
    /** A point over the budget counts as much as so much of the cost. */
    private static final double POINT = 0.05;

    private static final int FINALISTS = 4;
    /** One of so many goes on. */
    private static final int KEPT = 3;

    private static final int LEAST_KEPT = 2;

    private final Request request;
    private final ProgressListener progress;
    private final long began = System.nanoTime();

    /**
     * What to explore.
     *
     * @param options extents of the model's open dimensions
     * @param data description with calibration samples
     * @param targets names; empty for this machine's best
     * @param coded whether bundles are stored coded
     * @param minutes after which no further training begins
     * @param workers trainings at once
     * @param cache where trials are kept for later runs
     */
    public record Request(
            Path model,
            ImportOptions options,
            Path data,
            Budgets budgets,
            List<String> targets,
            Optional<Path> cc,
            boolean coded,
            Effort effort,
            double minutes,
            long seed,
            int workers,
            Path cache) {
        public Request {
            targets = List.copyOf(targets);
        }
    }

    /**
     * How far a recipe came.
     *
     * @param drop points lost on the samples that choose; empty when it was not trained
     * @param micros of the compiled form; empty where that was not measured
     * @param left why it went no further; empty for a finalist
     */
    public record TrialFinding(
            String name,
            String how,
            double epochs,
            OptionalDouble drop,
            OptionalDouble micros,
            long bundleBytes,
            Optional<String> left) {}

    /** What came out: candidates as files, and all that was tried. */
    public record Exploration(List<Variant> finalists, List<TrialFinding> trials) {
        public Exploration {
            finalists = List.copyOf(finalists);
            trials = List.copyOf(trials);
        }
    }

    private Explorer(Request request, ProgressListener progress) {
        this.request = request;
        this.progress = progress;
    }

    /**
     * Explores.
     *
     * @param folder for the finalists' files
     * @throws io.selvedge.compiler.diag.SelvedgeException as training, pruning and compiling do
     */
    public static Exploration explore(Request request, Path folder, ProgressListener progress) {
        return new Explorer(request, progress).run(folder);
    }

    private Exploration run(Path folder) {
        try (DataSource data = DataSource.open(request.data())) {
            Forms forms = new Forms(request, data, progress);
            List<Trial> left = new ArrayList<>();
            List<Trial> running = screened(forms, left);
            int rungs = request.effort().rungs();
            for (int rung = 0; rung < rungs && !running.isEmpty() && (rung == 0 || !isOver()); rung++) {
                int workers = Math.min(request.workers(), running.size());
                int steps = forms.pace().steps(request.minutes() / rungs / running.size() * workers);
                Round round = new Round(
                        "train " + running.size() + " forms, round " + (rung + 1) + " of " + rungs,
                        steps,
                        workers,
                        this::isOver);
                Round.Outcome outcome = round.run(running, forms, progress);
                left.addAll(outcome.left());
                List<Trial> further = judged(outcome.further(), forms, data);
                running = rung == rungs - 1 ? further : kept(further, left);
            }
            List<Trial> last = running.subList(0, Math.min(FINALISTS, running.size()));
            running.subList(last.size(), running.size())
                    .forEach(trial -> left.add(trial.leftFor("others lost less for what they cost")));
            return new Exploration(
                    last.stream()
                            .map(trial -> variant(trial, forms.pace(), folder))
                            .toList(),
                    findings(last, left, forms.pace()));
        }
    }

    /** The best third, and that which lost least: what is small and damaged may never come back into the budget. */
    private static List<Trial> kept(List<Trial> judged, List<Trial> left) {
        int keep = Math.min(judged.size(), Math.max(LEAST_KEPT, (judged.size() + KEPT - 1) / KEPT));
        List<Trial> further = new ArrayList<>(judged.subList(0, keep));
        List<Trial> rest = new ArrayList<>(judged.subList(keep, judged.size()));
        Comparator<Trial> byDrop =
                Comparator.comparingDouble(trial -> trial.drop().orElseThrow());
        judged.stream().min(byDrop).filter(rest::remove).ifPresent(safest -> rest.add(further.set(keep - 1, safest)));
        rest.forEach(trial -> left.add(trial.leftFor("others lost less for what they cost")));
        return further;
    }

    private boolean isOver() {
        return (System.nanoTime() - began) / 60e9 > request.minutes();
    }

    /** Untrained forms that are worth training; the others go to {@code left}. */
    private List<Trial> screened(Forms forms, List<Trial> left) {
        boolean bytesMatter = request.budgets().maxBundleBytes().isPresent() || request.coded();
        List<Trial> untrained = new ArrayList<>();
        for (Recipe recipe : request.effort().recipes(Forms.LEVELS, bytesMatter)) {
            progress.progress("cut " + recipe.name(), 0, 0);
            forms.untrained(recipe).ifPresent(untrained::add);
        }
        List<Trial> worth = new ArrayList<>();
        try (SideBySide side = forms.sideBySide()) {
            side.add("int8", forms.int8());
            untrained.forEach(trial -> side.add(trial.recipe().name(), trial.quantized()));
            List<SideBySide.Finding> findings = side.findings(Optional.empty());
            Screening screening = new Screening(findings.getFirst(), request.budgets());
            for (int i = 0; i < untrained.size(); i++) {
                Trial trial = untrained.get(i).with(findings.get(i + 1));
                // To train the model as it is helps even where it is no faster.
                boolean whole = trial.recipe().filters() == 0 && trial.recipe().zeros() == 0;
                Optional<String> why =
                        whole ? screening.overBudget(findings.get(i + 1)) : screening.against(findings.get(i + 1));
                why.ifPresentOrElse(reason -> left.add(trial.leftFor(reason)), () -> worth.add(trial));
            }
        }
        return worth;
    }

    /** The trials with their drops, those first that cost least for what they lose over the budget. */
    private List<Trial> judged(List<Trial> trained, Forms forms, DataSource data) {
        Dataset choose = data.evaluation().halves(request.seed()).choose();
        List<Trial> judged = new ArrayList<>();
        try (SideBySide side = forms.sideBySide()) {
            side.add("original", forms.original());
            side.add("int8", forms.int8());
            trained.forEach(trial -> side.add(trial.recipe().name(), trial.quantized()));
            List<SideBySide.Finding> findings =
                    side.findings(Optional.of(new SideBySide.Judged(choose, MetricCatalog.named(data.metric()))));
            Screening screening = new Screening(findings.get(1), request.budgets());
            for (int i = 0; i < trained.size(); i++) {
                SideBySide.Finding finding = findings.get(i + 2);
                judged.add(trained.get(i)
                        .with(finding, finding.score().orElseThrow().lost().drop()));
            }
            judged.sort(Comparator.comparingDouble(trial -> screening.cost(
                            trial.finding().orElseThrow())
                    + POINT
                            * Math.max(
                                    0,
                                    trial.drop().orElseThrow()
                                            - request.budgets().maxDrop().orElse(0))));
        }
        return judged;
    }

    private static Variant variant(Trial trial, Pace pace, Path folder) {
        Path file = folder.resolve(trial.recipe().name() + ".onnx");
        String how =
                String.format(Locale.ROOT, "%s, %.1f epochs", trial.recipe().text(), pace.epochs(trial.steps()));
        OnnxExporter.write(trial.quantized(), file, Map.of("selvedge.history", how));
        return new Variant(trial.recipe().name(), file, how);
    }

    private static List<TrialFinding> findings(List<Trial> last, List<Trial> left, Pace pace) {
        List<Trial> all = new ArrayList<>(last);
        all.addAll(left);
        return all.stream()
                .map(trial -> new TrialFinding(
                        trial.recipe().name(),
                        trial.recipe().text(),
                        pace.epochs(trial.steps()),
                        trial.drop(),
                        trial.finding().map(SideBySide.Finding::microsP50).orElse(OptionalDouble.empty()),
                        trial.finding().map(SideBySide.Finding::bundleBytes).orElse(0L),
                        trial.left()))
                .toList();
    }
}
