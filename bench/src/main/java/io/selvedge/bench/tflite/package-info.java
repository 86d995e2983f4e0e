/**
 * Writes our graphs as TFLite files, so that TFLite runs the same networks. Imports the compiler and testkit. Read
 * {@link io.selvedge.bench.tflite.TfliteExporter} first.
 */
@NullMarked
package io.selvedge.bench.tflite;

import org.jspecify.annotations.NullMarked;
