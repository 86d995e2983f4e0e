package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.toolchain.HostCpu;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge doctor}: what this machine has, what is missing, and how to get it. */
@Command(
        name = "doctor",
        description =
                "Checks Java, the CPU, the tool chain and the cache; says what is missing and how to get it. With a "
                        + "bundle: would it run here, and answer as it did where it was made? Exit status 5 when the tool chain does "
                        + "not work, 6 when a folder does not, 7 when the bundle does not.",
        footer = {
            "  selvedge doctor",
            "  selvedge doctor out/model.selv",
            "  selvedge doctor --json",
            "  selvedge doctor --cc gcc          would this compiler do?"
        })
final class DoctorCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "BUNDLE",
            arity = "0..1",
            description = "A .selv file to load and to run its golden vectors.")
    private @Nullable Path bundle;

    @Option(names = "--cc", paramLabel = "FILE", description = "Check this C compiler instead of the bundled one.")
    private @Nullable Path cc;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Finding> findings;
        try (ProgressLine progress = new ProgressLine(console)) {
            findings = new Examination(HostCpu.detect(), Optional.ofNullable(cc), Optional.ofNullable(bundle), progress)
                    .findings();
        }
        if (json) {
            console.out().println(tree(findings).toPrettyString());
        } else {
            print(findings);
        }
        return findings.stream()
                .filter(finding -> finding.state() == Finding.State.MISSING)
                .map(Finding::exitStatus)
                .findFirst()
                .orElse(0);
    }

    private void print(List<Finding> findings) {
        TextTable table = new TextTable().left("").left("what").left("found");
        for (Finding finding : findings) {
            table.row(finding.state().mark(), finding.what(), finding.found());
        }
        table.lines().stream().skip(1).forEach(console.out()::println);
        List<Finding> remedies =
                findings.stream().filter(finding -> !finding.remedy().isEmpty()).toList();
        if (!remedies.isEmpty()) {
            console.out().println();
            remedies.forEach(finding -> console.out().println(finding.what() + ": " + finding.remedy()));
        }
        boolean well = findings.stream().noneMatch(finding -> finding.state() == Finding.State.MISSING);
        console.out().println();
        console.out()
                .println(
                        !well
                                ? "Not ready; see above."
                                : bundle == null
                                        ? "Ready: 'selvedge demo' should work here."
                                        : "Ready: 'selvedge run " + bundle + "' should work here.");
    }

    private static ObjectNode tree(List<Finding> findings) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        ArrayNode array = root.putArray("findings");
        for (Finding finding : findings) {
            array.addObject()
                    .put("what", finding.what())
                    .put("state", finding.state().mark().strip())
                    .put("found", finding.found())
                    .put("remedy", finding.remedy());
        }
        return root;
    }

    /**
     * One thing that was looked at.
     *
     * @param remedy what to do; empty when nothing
     * @param exitStatus of the error that its lack would cause
     */
    record Finding(String what, State state, String found, String remedy, int exitStatus) {
        Finding(String what, State state, String found, String remedy, ErrorCode code) {
            this(what, state, found, remedy, code.exitStatus());
        }

        /** How it is. */
        enum State {
            FINE("ok"),
            WORSE("slow"),
            MISSING("MISSING");

            private final String mark;

            State(String mark) {
                this.mark = mark;
            }

            String mark() {
                return mark;
            }
        }
    }
}
