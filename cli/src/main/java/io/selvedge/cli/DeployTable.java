package io.selvedge.cli;

import io.selvedge.cli.report.Quantity;
import io.selvedge.cli.report.ThreadText;
import io.selvedge.cli.report.TuningText;
import io.selvedge.compress.deploy.BindingFinding;
import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.Outcome;
import java.util.ArrayList;
import java.util.List;

/** A deployment's result as a terminal shows it: the candidates, the verdict, what to do next. */
record DeployTable(DeployResult result) {
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(result.model().name() + " for " + result.target() + (result.samples() == 0 ? ", without data" : ""));
        if (result.samples() > 0) {
            lines.add(samples());
        }
        if (!result.compiledOnly().isEmpty()) {
            lines.add(compiledOnly());
        }
        lines.add("");
        lines.addAll(table().lines());
        lines.add("");
        if (!result.bindings().isEmpty()) {
            lines.add("Bindings of " + result.featured().name()
                    + "; the table above and the budgets are about the first:");
            lines.addAll(bindings().lines());
            lines.add("");
        }
        if (!result.threads().isEmpty()) {
            lines.add(ThreadText.of(result) + ".");
        }
        lines.addAll(TuningText.of(result));
        for (Candidate c : result.candidates()) {
            if (!c.reason().isEmpty() && !c.chosen()) {
                lines.add(c.name() + ": " + c.reason());
            }
        }
        if (!lines.getLast().isEmpty()) {
            lines.add("");
        }
        lines.addAll(verdict());
        return lines;
    }

    private String compiledOnly() {
        boolean measured = result.candidates().getFirst().latencyMicrosP50().isPresent();
        return String.join(", ", result.compiledOnly()) + ": compiled, not run: this machine ("
                + result.machine().isa() + ") cannot. The golden vectors are in the bundle for the device to check"
                + (measured
                        ? "."
                        : "; accuracy is that of the same program on this machine, and speed was not measured.");
    }

    /** Why a table shows fewer samples than the data have. */
    private String samples() {
        return result.metric() + " on " + Quantity.exact(result.samples()) + " samples; chosen by "
                + Quantity.exact(result.choiceSamples()) + " others"
                + (result.calibrationSamples() == 0
                        ? ""
                        : ", calibrated on " + Quantity.exact(result.calibrationSamples()))
                + (unlabelled() ? "; without labels: agreement with the original, and signal-to-noise (SNR)" : "");
    }

    private boolean unlabelled() {
        return result.metric().equals("agreement");
    }

    /** Whether the weights of any candidate take less in its bundle than in memory. */
    private boolean isCoded() {
        return result.candidates().stream().anyMatch(c -> c.storedWeightBytes() < c.weightBytes());
    }

    private TextTable table() {
        TextTable table = new TextTable()
                .left("candidate")
                .right(result.metric().equals("none") ? "accuracy" : result.metric())
                .right("drop [95 %], " + Quantity.dropUnit(result));
        if (unlabelled()) {
            table.right("SNR dB");
        }
        table.right("p50 us").right("p95 us").right("arena B").right("weights B");
        if (isCoded()) {
            table.right("coded B");
        }
        table.right("code B").right("bundle B").left("");
        for (Candidate c : result.candidates()) {
            List<String> row =
                    new ArrayList<>(List.of(c.name(), Quantity.score(result.metric(), c.accuracy()), drop(c)));
            if (unlabelled()) {
                row.add(isOriginal(c) ? "" : Quantity.points(c.snrDb()));
            }
            row.addAll(List.of(
                    Quantity.micros(c.latencyMicrosP50()),
                    Quantity.micros(c.latencyMicrosP95()),
                    Quantity.exact(c.arenaBytes()),
                    Quantity.exact(c.weightBytes())));
            if (isCoded()) {
                row.add(Quantity.exact(c.storedWeightBytes()));
            }
            row.addAll(List.of(
                    Quantity.exact(c.codeBytes()),
                    Quantity.exact(c.bundleBytes()),
                    c.chosen() ? "<- chosen" : c.name().equals(result.outcome().candidate()) ? "<- nearest" : ""));
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    private TextTable bindings() {
        TextTable table = new TextTable()
                .left("binding")
                .right("p50 us")
                .right("p95 us")
                .right("arena B")
                .right("code B");
        for (BindingFinding binding : result.bindings()) {
            table.row(
                    binding.dims(),
                    Quantity.micros(binding.latencyMicrosP50()),
                    Quantity.micros(binding.latencyMicrosP95()),
                    Quantity.exact(binding.arenaBytes()),
                    Quantity.exact(binding.codeBytes()));
        }
        return table;
    }

    /** The first candidate is the model as it came. */
    private boolean isOriginal(Candidate candidate) {
        return candidate.equals(result.candidates().getFirst());
    }

    private String drop(Candidate c) {
        return isOriginal(c) && c.drop().isPresent()
                ? "original"
                : Quantity.dropWithInterval(c.drop(), c.dropLow(), c.dropHigh());
    }

    /** The last lines: what was chosen and why, or what to relax. */
    private List<String> verdict() {
        return switch (result.outcome()) {
            case Outcome.Chosen chosen ->
                List.of("Chosen: " + chosen.candidate() + ", because " + chosen.why() + proof() + "." + price());
            case Outcome.NothingFits none -> {
                List<String> lines = new ArrayList<>();
                lines.add("Nothing fits. Nearest: " + none.candidate() + "; to accept it, relax");
                for (Outcome.Shortfall shortfall : none.shortfalls()) {
                    lines.add("  " + shortfall.budget().option() + " from " + Quantity.plain(shortfall.allowed())
                            + " to " + Quantity.plain(shortfall.needed()) + " "
                            + shortfall.budget().unit()
                            + (shortfall.budget() == Outcome.Budget.DROP
                                    ? " (of the samples that choose; the table shows the others)"
                                    : ""));
                }
                yield lines;
            }
        };
    }

    /** Without a budget for it the drop decides nothing, and may be large. */
    private String price() {
        Candidate chosen = result.featured();
        return result.budgets().maxDrop().isPresent()
                        || isOriginal(chosen)
                        || chosen.drop().orElse(0) <= 0
                ? ""
                : " It loses " + Quantity.points(chosen.drop()) + " " + Quantity.dropUnit(result)
                        + "; --max-drop would limit that.";
    }

    private String proof() {
        boolean limited = result.budgets().maxDrop().isPresent()
                && result.featured().dropHigh().isPresent()
                && !isOriginal(result.featured());
        return !limited
                ? ""
                : result.featured().proven()
                        ? "; the drop is proven at 95 %"
                        : "; the drop is not proven: its interval reaches beyond the budget, more data would tell";
    }
}
