package io.selvedge.compress.deploy;

import java.util.List;

/** How the search ended. */
public sealed interface Outcome {
    /** Name of the candidate that was chosen, or came nearest. */
    String candidate();

    /**
     * A candidate keeps every budget.
     *
     * @param why it won over the others, a clause without a full stop
     */
    record Chosen(String candidate, String why) implements Outcome {}

    /** None does; {@code candidate} misses by least. Nothing was written. */
    record NothingFits(String candidate, List<Shortfall> shortfalls) implements Outcome {
        public NothingFits {
            shortfalls = List.copyOf(shortfalls);
        }
    }

    /** A budget that the nearest candidate breaks. To accept it, raise the budget from {@code allowed} to {@code needed}. */
    record Shortfall(Budget budget, double allowed, double needed) {}

    /** The limits of {@link Budgets}, with the option that sets each and its unit. */
    enum Budget {
        DROP("--max-drop", "points"),
        LATENCY("--max-latency-us", "us"),
        ARENA("--max-arena-bytes", "bytes"),
        BUNDLE("--max-bundle-bytes", "bytes");

        private final String option;
        private final String unit;

        Budget(String option, String unit) {
            this.option = option;
            this.unit = unit;
        }

        public String option() {
            return option;
        }

        public String unit() {
            return unit;
        }
    }
}
