package io.selvedge.compress.deploy;

import io.selvedge.compress.tune.Choice;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known about one step of a candidate's program.
 *
 * @param name of the graph nodes that the step computes
 * @param dtype {@code fp32} or {@code int8}
 * @param micros median time of the step alone; empty when it was not measured
 * @param snrDb signal-to-noise of the step's output against the original's, in dB; empty without calibration data or where
 *     both are equal
 * @param tuned what timing changed; empty where it changed nothing
 */
public record LayerFinding(
        String name, String dtype, OptionalDouble micros, OptionalDouble snrDb, Optional<Choice> tuned) {
    /** A layer in the form that the cost model takes. */
    public LayerFinding(String name, String dtype, OptionalDouble micros, OptionalDouble snrDb) {
        this(name, dtype, micros, snrDb, Optional.empty());
    }
}
