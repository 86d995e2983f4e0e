/** From the simplified graph to a program: quantised fusion and the walk over operators. Imports op, program, ir, diag. Read Lowering first. */
@NullMarked
package io.selvedge.compiler.lower;

import org.jspecify.annotations.NullMarked;
