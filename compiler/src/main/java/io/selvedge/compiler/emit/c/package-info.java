/** Planned program to C. Sees kernels, never operators. Read CEmitter first. */
@NullMarked
package io.selvedge.compiler.emit.c;

import org.jspecify.annotations.NullMarked;
