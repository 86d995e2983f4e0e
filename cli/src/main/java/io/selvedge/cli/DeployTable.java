package io.selvedge.cli;

import io.selvedge.cli.report.Quantity;
import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.Outcome;
import java.util.ArrayList;
import java.util.List;

/** A deployment's result as a terminal shows it: the candidates, the verdict, what to do next. */
record DeployTable(DeployResult result) {
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(result.model().name() + " for " + result.target()
                + (result.samples() == 0
                        ? ", without data"
                        : ", " + result.metric() + " on " + Quantity.exact(result.samples()) + " samples"));
        lines.add("");
        TextTable table = new TextTable()
                .left("candidate")
                .right(result.metric().equals("none") ? "accuracy" : result.metric())
                .right("drop [95 %], " + Quantity.dropUnit(result))
                .right("p50 us")
                .right("p95 us")
                .right("arena B")
                .right("weights B")
                .right("code B")
                .right("bundle B")
                .left("");
        for (Candidate c : result.candidates()) {
            table.row(
                    c.name(),
                    Quantity.score(result.metric(), c.accuracy()),
                    Quantity.dropWithInterval(c.drop(), c.dropLow(), c.dropHigh()),
                    Quantity.micros(c.latencyMicrosP50()),
                    Quantity.micros(c.latencyMicrosP95()),
                    Quantity.exact(c.arenaBytes()),
                    Quantity.exact(c.weightBytes()),
                    Quantity.exact(c.codeBytes()),
                    Quantity.exact(c.bundleBytes()),
                    c.chosen() ? "<- chosen" : c.name().equals(result.outcome().candidate()) ? "<- nearest" : "");
        }
        lines.addAll(table.lines());
        lines.add("");
        for (Candidate c : result.candidates()) {
            if (!c.reason().isEmpty()) {
                lines.add(c.name() + ": " + c.reason());
            }
        }
        lines.add("");
        lines.addAll(verdict());
        return lines;
    }

    /** The last lines: what was chosen and why, or what to relax. */
    private List<String> verdict() {
        return switch (result.outcome()) {
            case Outcome.Chosen chosen ->
                List.of("Chosen: " + chosen.candidate() + ", because " + chosen.why() + proof() + ".");
            case Outcome.NothingFits none -> {
                List<String> lines = new ArrayList<>();
                lines.add("Nothing fits. Nearest: " + none.candidate() + "; to accept it, relax");
                for (Outcome.Shortfall shortfall : none.shortfalls()) {
                    lines.add("  " + shortfall.budget().option() + " from " + Quantity.plain(shortfall.allowed())
                            + " to " + Quantity.plain(shortfall.needed()) + " "
                            + shortfall.budget().unit());
                }
                yield lines;
            }
        };
    }

    private String proof() {
        boolean limited = result.budgets().maxDrop().isPresent()
                && result.featured().dropHigh().isPresent();
        return !limited
                ? ""
                : result.featured().proven()
                        ? "; the drop is proven at 95 %"
                        : "; the drop is not proven: its interval reaches beyond the budget, more data would tell";
    }
}
