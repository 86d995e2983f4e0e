package io.selvedge.cli.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.cli.conformance.TestResult.Mode;
import io.selvedge.cli.conformance.TestResult.Status;
import java.util.List;
import java.util.Locale;

/** Results of a run, counted and as JSON. */
public record ConformanceReport(List<TestResult> tests) {
    public ConformanceReport {
        tests = List.copyOf(tests);
    }

    /** Tests that passed in a mode. */
    public long passed(Mode mode) {
        return tests.stream().filter(test -> test.passed(mode)).count();
    }

    /** Tests of a status, whatever the mode. */
    public long count(Status status) {
        return tests.stream().filter(test -> test.status() == status).count();
    }

    /** Tests that failed although they are to be met. */
    public List<TestResult> unexpectedFailures() {
        return tests.stream()
                .filter(test -> test.status() == Status.FAILED
                        && SuiteDefects.reason(test.name()).isEmpty())
                .toList();
    }

    /** {@code {native, nativeBound, reference, failed, unsupported, tests: [{name, ops, mode, status, frozen, reason}]}}. */
    public ObjectNode tree() {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("native", passed(Mode.NATIVE));
        root.put("nativeBound", passed(Mode.NATIVE_BOUND));
        root.put("reference", passed(Mode.REFERENCE));
        root.put("failed", count(Status.FAILED));
        root.put("unsupported", count(Status.UNSUPPORTED));
        ArrayNode list = root.putArray("tests");
        for (TestResult test : tests) {
            ObjectNode entry = list.addObject();
            entry.put("name", test.name());
            test.ops().stream().sorted().forEach(entry.withArray("ops")::add);
            entry.put("mode", test.mode().text());
            entry.put("status", test.status().name().toLowerCase(Locale.ROOT));
            if (!test.frozen().isEmpty()) {
                test.frozen().forEach(entry.withArray("frozen")::add);
            }
            entry.put("reason", test.reason());
        }
        return root;
    }

    /** The counts, and every test that did not pass. */
    public List<String> lines() {
        List<String> lines = new java.util.ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d tests: %,d native, %,d native with frozen shape inputs, %,d by the reference evaluator, %,d failed%s, %,d unsupported",
                tests.size(),
                passed(Mode.NATIVE),
                passed(Mode.NATIVE_BOUND),
                passed(Mode.REFERENCE),
                count(Status.FAILED),
                count(Status.FAILED) == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " (%,d of them for defects of the suite)",
                                count(Status.FAILED) - unexpectedFailures().size()),
                count(Status.UNSUPPORTED)));
        for (Status status : List.of(Status.FAILED, Status.UNSUPPORTED)) {
            tests.stream()
                    .filter(test -> test.status() == status)
                    .map(test -> status.name().toLowerCase(Locale.ROOT) + "  " + test.name() + " ("
                            + test.mode().text() + "): " + test.reason())
                    .forEach(lines::add);
        }
        return lines;
    }
}
