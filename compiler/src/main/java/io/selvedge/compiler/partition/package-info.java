/** Which nodes are compiled and which another runtime runs. Imports onnx, pass, lower, memory, ir, diag. Read Partition first. */
@NullMarked
package io.selvedge.compiler.partition;

import org.jspecify.annotations.NullMarked;
