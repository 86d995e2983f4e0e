package io.selvedge.jvm.kernel;

/** One kernel of a program, ready to run; shared by all sessions. */
public interface Step {
    /** Runs it; anything but 0 means that the data is bad, an index outside of its axis for example. */
    int run(Memory memory);
}
