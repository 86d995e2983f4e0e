package io.selvedge.compress.deploy;

import java.util.OptionalDouble;

/**
 * What is known about one step of a candidate's program.
 *
 * @param name of the graph nodes that the step computes
 * @param dtype {@code fp32} or {@code int8}
 * @param micros median time of the step alone; empty when it was not measured
 * @param snrDb signal-to-noise of the step's output against the original's, in dB; empty without calibration data or where
 *     both are equal
 */
public record LayerFinding(String name, String dtype, OptionalDouble micros, OptionalDouble snrDb) {}
