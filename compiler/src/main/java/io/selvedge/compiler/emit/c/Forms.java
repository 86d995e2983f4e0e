package io.selvedge.compiler.emit.c;

import java.util.List;

/**
 * Takes one of the forms that a kernel offers for a step. All forms of one kernel give the same bits: what is taken is a
 * matter of time alone.
 */
@FunctionalInterface
public interface Forms {
    /** What the cost model takes. */
    Forms COST_MODEL = (_, _) -> 0;

    /** Position of the form that step number {@code step} takes. */
    int choose(int step, Offer offer);

    /**
     * What there is to choose from.
     *
     * @param layer what the step computes: the same text for steps that differ in names, places and constants alone
     * @param forms the cost model's choice, then others, those first that it thinks better; none where there is no choice
     */
    record Offer(String layer, List<String> forms) {
        static final Offer NONE = new Offer("", List.of());

        public Offer {
            forms = List.copyOf(forms);
        }
    }

    /** What a step took. */
    record Taken(Offer offer, int position) {
        /** Of a step that has but one form. */
        static final Taken NONE = new Taken(Offer.NONE, 0);

        /** The form, where it is not what the cost model takes; else empty. */
        public String other() {
            return position == 0 ? "" : offer.forms().get(position);
        }
    }
}
