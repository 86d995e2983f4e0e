package io.selvedge.cli.report;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The answer first: which candidate, why, what it costs and saves against the original. */
record Headline(DeployResult result) {
    /** A difference below this is none that a reader should act on. */
    private static final double SAME = 0.05;

    String title() {
        if (result.outcome() instanceof Outcome.NothingFits) {
            return "Nothing fits these budgets; " + featured().name() + " comes nearest";
        }
        return original()
                .filter(original -> !original.equals(featured()))
                .map(this::gains)
                .orElse(featured().name() + " stays as it is");
    }

    private String gains(Candidate original) {
        List<String> gains = new ArrayList<>();
        if (original.latencyMicrosP50().isPresent()
                && featured().latencyMicrosP50().isPresent()) {
            gains.add(compared(
                    original.latencyMicrosP50().getAsDouble()
                            / featured().latencyMicrosP50().getAsDouble(),
                    "faster",
                    "slower",
                    "as fast"));
        }
        gains.add(
                compared((double) original.bundleBytes() / featured().bundleBytes(), "smaller", "larger", "as large"));
        String gained = String.join(", ", gains);
        return featured().name() + ": " + gained + lost();
    }

    private static String compared(double ratio, String more, String less, String same) {
        if (Math.abs(ratio - 1) < SAME) {
            return same;
        }
        return ratio > 1
                ? String.format(Locale.ROOT, "%.1f× %s", ratio, more)
                : String.format(Locale.ROOT, "%.1f× %s", 1 / ratio, less);
    }

    private String lost() {
        if (featured().drop().isEmpty()) {
            return "";
        }
        double drop = featured().drop().getAsDouble();
        String unit = Quantity.isError(result.metric()) ? " % error" : Math.abs(drop) == 1 ? " point" : " points";
        String size = Quantity.points(OptionalDouble.of(Math.abs(drop)));
        return size.equals("0.00") ? ", nothing lost" : ", " + size + unit + (drop > 0 ? " lost" : " gained");
    }

    String explanation() {
        return switch (result.outcome()) {
            case Outcome.Chosen chosen ->
                sentence("Chosen because " + lowerFirst(chosen.why()))
                        + (featured().drop().isPresent()
                                        && !featured().equals(original().orElse(null))
                                ? proof()
                                : "");
            case Outcome.NothingFits _ -> "No model was written. To accept the nearest candidate, relax these budgets:";
        };
    }

    private String proof() {
        if (result.budgets().maxDrop().isEmpty()) {
            return "";
        }
        return featured().proven()
                ? " The drop keeps its budget even at the worse end of its 95 % interval."
                : " The measured drop keeps its budget; the worse end of its 95 % interval does not, so more data would tell.";
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private static String lowerFirst(String text) {
        boolean acronym = text.length() > 1 && Character.isUpperCase(text.charAt(1));
        return text.isEmpty() || acronym ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }

    /** Four numbers of the featured candidate, each against the original. */
    List<Map<String, Object>> cards() {
        List<Map<String, Object>> cards = new ArrayList<>();
        Candidate c = featured();
        if (c.accuracy().isPresent()) {
            String interval = c.dropLow().isPresent()
                    ? " [" + Quantity.points(c.dropLow()) + ", " + Quantity.points(c.dropHigh()) + "]"
                    : "";
            cards.add(card(
                    MetricTitle.of(result.metric()),
                    Quantity.score(result.metric(), c.accuracy()),
                    isOriginal() ? "the original" : "drop " + Quantity.points(c.drop()) + interval,
                    isOriginal() ? "" : c.proven() ? "good" : "fair"));
        }
        cards.add(card("latency, median", Quantity.latency(c.latencyMicrosP50()), latencyNote(c), ""));
        cards.add(card("bundle", Quantity.bytes(c.bundleBytes()), against(Candidate::bundleBytes, "smaller"), ""));
        cards.add(card("arena", Quantity.bytes(c.arenaBytes()), against(Candidate::arenaBytes, "smaller"), ""));
        return cards;
    }

    private String latencyNote(Candidate c) {
        if (c.latencyMicrosP50().isEmpty()) {
            return "not measured";
        }
        String threads = c.threads() == 1 ? "1 thread" : c.threads() + " threads";
        Optional<String> ratio = original()
                .filter(o -> !isOriginal() && o.latencyMicrosP50().isPresent())
                .map(o -> Quantity.ratio(o.latencyMicrosP50().getAsDouble()
                                / c.latencyMicrosP50().getAsDouble()) + " of fp32's speed, ");
        return ratio.orElse("") + threads;
    }

    private String against(java.util.function.ToLongFunction<Candidate> bytes, String word) {
        if (isOriginal() || original().isEmpty() || bytes.applyAsLong(featured()) == 0) {
            return Quantity.exact(bytes.applyAsLong(featured())) + " bytes";
        }
        double ratio = (double) bytes.applyAsLong(original().get()) / bytes.applyAsLong(featured());
        return Math.abs(ratio - 1) < SAME
                ? "as fp32"
                : ratio > 1 ? Quantity.ratio(ratio) + " " + word + " than fp32" : Quantity.ratio(1 / ratio) + " fp32's";
    }

    private static Map<String, Object> card(String title, String value, String note, String tone) {
        int gap = value.lastIndexOf(' ');
        return Map.of(
                "title", title,
                "value", gap < 0 ? value : value.substring(0, gap),
                "unit", gap < 0 ? "" : value.substring(gap + 1),
                "note", note,
                "tone", tone);
    }

    private Candidate featured() {
        return result.featured();
    }

    private boolean isOriginal() {
        return original().filter(featured()::equals).isPresent();
    }

    private Optional<Candidate> original() {
        return result.candidates().stream()
                .filter(c -> c.dtype() == Candidate.Dtype.FP32)
                .findFirst();
    }
}
