package io.selvedge.runtime;

import java.util.Objects;

/**
 * An output that is the input of the next call: the session keeps it, and the caller neither gives nor takes it.
 *
 * @param output name of the output that holds the state after a call
 * @param input name of the input that takes it before the next; all zeros before the first
 */
public record StatePair(String output, String input) {
    public StatePair {
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(input, "input");
    }

    @Override
    public String toString() {
        return output + ":" + input;
    }
}
