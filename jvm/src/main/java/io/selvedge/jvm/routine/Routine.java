package io.selvedge.jvm.routine;

/** A function of dense memory. */
interface Routine {
    /** Computes y; anything but 0 where the data is bad. */
    int run(Call call);
}
