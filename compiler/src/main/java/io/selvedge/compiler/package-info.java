/**
 * The compiler, ONNX or TFLite in and emitted files out, as one pipeline that fits a page. Imports every package below it; none of them
 * imports this one. Read {@link io.selvedge.compiler.Compiler} first.
 */
@NullMarked
package io.selvedge.compiler;

import org.jspecify.annotations.NullMarked;
