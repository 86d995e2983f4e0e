/**
 * What ships to the device: reads a {@code .selv} bundle, loads the native library that fits this CPU, and runs it.
 * Imports the JDK (17 or later) and nothing else, so that the jar alone is enough.
 * Read {@link io.selvedge.runtime.Model} first, then {@link io.selvedge.runtime.Session}.
 */
package io.selvedge.runtime;
