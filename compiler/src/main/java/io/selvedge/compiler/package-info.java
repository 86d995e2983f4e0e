/** The compiler: ONNX in, emitted files out. Imports nothing above it. Read Compiler first. */
@NullMarked
package io.selvedge.compiler;

import org.jspecify.annotations.NullMarked;
