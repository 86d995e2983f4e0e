/** Writes small TFLite files for tests, without generated code. Imports ir. Read {@link io.selvedge.testkit.tflite.TfliteWriter} first. */
@NullMarked
package io.selvedge.testkit.tflite;

import org.jspecify.annotations.NullMarked;
