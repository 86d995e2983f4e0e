package io.selvedge.compress.deploy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a report says. {@code report.json} has the same names, see docs/report-format.md.
 *
 * @param target that was measured; the first when this machine runs none of them
 * @param compiledOnly targets in the bundle that this machine does not run: nobody has run their code
 * @param options that differ from their defaults, by option name, as text
 * @param metric top1, top5, mse, auc, agreement, or none without data
 * @param samples that accuracies are reported on
 * @param choiceSamples that the choice was made on
 * @param calibrationSamples that ranges were taken from
 * @param candidates in the order of the table, fp32 first
 * @param bindings of the chosen candidate, or of the nearest one, the judged first; empty when there is but one
 * @param threads what the outcome's candidate takes on one, two and more threads; empty where that was not measured
 * @param arena of the chosen candidate, or of the nearest one
 * @param before the simplified graph of the original
 * @param after the graph of the chosen candidate, or of the nearest one
 * @param written files in the request's output folder; empty when nothing fits
 */
public record DeployResult(
        Model model,
        String target,
        List<String> compiledOnly,
        Map<String, String> options,
        String toolVersion,
        long seed,
        Machine machine,
        String metric,
        int samples,
        int choiceSamples,
        int calibrationSamples,
        Budgets budgets,
        List<Candidate> candidates,
        List<BindingFinding> bindings,
        List<ThreadFinding> threads,
        Outcome outcome,
        ArenaMap arena,
        GraphOutline before,
        GraphOutline after,
        List<Path> written) {
    public DeployResult {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        compiledOnly = List.copyOf(compiledOnly);
        candidates = List.copyOf(candidates);
        bindings = List.copyOf(bindings);
        threads = List.copyOf(threads);
        written = List.copyOf(written);
        if (candidates.stream().noneMatch(c -> c.name().equals(outcome.candidate()))) {
            throw new IllegalArgumentException("the outcome names no candidate: " + outcome.candidate());
        }
    }

    /**
     * The deployed file.
     *
     * @param sha256 of its bytes, lower-case hexadecimal
     */
    public record Model(String name, String sha256) {}

    /** The candidate that won; empty when nothing fits. */
    public Optional<Candidate> chosen() {
        return outcome instanceof Outcome.Chosen ? Optional.of(featured()) : Optional.empty();
    }

    /** The candidate that won, or came nearest. */
    public Candidate featured() {
        return candidate(outcome.candidate()).orElseThrow();
    }

    /** The candidate of that name. */
    public Optional<Candidate> candidate(String name) {
        return candidates.stream().filter(c -> c.name().equals(name)).findFirst();
    }
}
