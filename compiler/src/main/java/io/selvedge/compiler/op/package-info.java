/** Operators, one record in one file each. Imports program, ir and diag. Read Conv first. */
@NullMarked
package io.selvedge.compiler.op;

import org.jspecify.annotations.NullMarked;
