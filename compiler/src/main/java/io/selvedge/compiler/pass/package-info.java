/** Graph to graph: simplification that stays plain ONNX, and fusion in front of lowering. Imports op, program, ir and diag. Read Pipelines first. */
@NullMarked
package io.selvedge.compiler.pass;

import org.jspecify.annotations.NullMarked;
