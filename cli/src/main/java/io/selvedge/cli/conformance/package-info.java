/**
 * Runs the ONNX project's backend tests: natively where the compiler can, by the reference evaluator where it cannot. It
 * imports the compiler and what {@code compress} says of progress. Read {@link io.selvedge.cli.conformance.Conformance} first.
 */
@NullMarked
package io.selvedge.cli.conformance;

import org.jspecify.annotations.NullMarked;
