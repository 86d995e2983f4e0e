package io.selvedge.compiler.emit.c;

import java.util.List;

/**
 * The axis of a kernel's outputs along which threads share the work.
 *
 * @param axis as the C headers name it
 * @param units pieces that threads take, the last of which may be smaller
 */
record Split(String axis, int units) {
    private static final String WHOLE = "SV_WHOLE";
    /** A later choice must be better than an earlier one by more than this part of the work. */
    private static final double PREFERENCE = 0.04;
    /** The same where the earlier one lets threads write the memory that they wrote before. */
    private static final double LOCALITY = 0.13;

    /** The first of the axes, preferred first, whose units two and four threads can share as evenly as those of any. */
    static Split of(List<Split> preferred) {
        return of(preferred, PREFERENCE);
    }

    /** The same where axes of pixels come first: they are taken unless threads wait long. */
    static Split nearby(List<Split> preferred) {
        return of(preferred, LOCALITY);
    }

    private static Split of(List<Split> preferred, double preference) {
        List<Split> usable = preferred.stream()
                .filter(split -> split.units <= StepCode.MAX_UNITS)
                .toList();
        double best = usable.stream().mapToDouble(Split::idleShare).min().orElse(1);
        return usable.stream()
                .filter(split -> split.idleShare() <= best + preference)
                .findFirst()
                .filter(split -> split.units > 1)
                .orElse(new Split(WHOLE, 1));
    }

    /** The field of a kernel's struct, nothing where the step is not shared. */
    String field(StepCode code) {
        return code.shares(units) ? ", .split = " + axis : "";
    }

    /** The part of the time that threads wait for the one with most units, for two and four threads in the middle. */
    private double idleShare() {
        return (idleShare(2) + idleShare(4)) / 2;
    }

    /** The same for so many threads. */
    double idleShare(int threads) {
        int most = Math.ceilDiv(units, threads);
        return 1 - (double) units / (most * threads);
    }
}
