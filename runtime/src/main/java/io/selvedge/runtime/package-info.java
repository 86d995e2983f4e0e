/**
 * What ships to the device: reads a {@code .selv} bundle, loads the native library that fits this CPU, and runs it.
 * Imports the JDK (17 or later) and nothing else, so that the jar alone is enough.
 * Read {@link io.selvedge.runtime.Model} first, then {@link io.selvedge.runtime.Session}.
 *
 * <p>On the way to a first result there are no lambdas, streams, regular expressions, enum sets, generated {@code equals} of records
 * and no {@code AtomicBoolean}: the first of each makes classes at run time, for which the JDK loads some hundred of its own. That
 * was 40 of 94 ms and 9 of 51 MiB. {@code StartTest} holds it.
 */
package io.selvedge.runtime;
