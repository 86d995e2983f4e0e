/**
 * C source from a planned program: decisions are made here, loops live in the headers of {@code src/main/c}. Imports
 * {@code program}, {@code target}, {@code ir} types and {@code diag}. Read {@link io.selvedge.compiler.emit.c.CEmitter} first.
 */
@NullMarked
package io.selvedge.compiler.emit.c;

import org.jspecify.annotations.NullMarked;
