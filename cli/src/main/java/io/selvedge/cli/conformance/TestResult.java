package io.selvedge.cli.conformance;

import java.util.List;
import java.util.Set;

/**
 * What came of one test.
 *
 * @param frozen inputs that were given while compiling because shapes hang on them, or (mode REFERENCE) any inputs
 * @param reason why it failed, or why it does not run in a better mode; empty for a native test that passed
 */
public record TestResult(String name, Set<String> ops, Mode mode, Status status, List<String> frozen, String reason) {
    public TestResult {
        ops = Set.copyOf(ops);
        frozen = List.copyOf(frozen);
    }

    /** How a test was run. */
    public enum Mode {
        /** Compiled as it is. */
        NATIVE("native"),
        /** Compiled with the values of inputs that carry shapes, axes or sizes. */
        NATIVE_BOUND("native-bound"),
        /** Evaluated node by node in Java. */
        REFERENCE("reference"),
        /** Not read. */
        NONE("none");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        /** As reports write it. */
        public String text() {
            return text;
        }
    }

    /** Whether the numbers are those that the test expects. */
    public enum Status {
        PASSED,
        FAILED,
        UNSUPPORTED
    }

    boolean passed(Mode in) {
        return status == Status.PASSED && mode == in;
    }
}
