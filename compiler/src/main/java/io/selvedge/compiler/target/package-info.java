/** Targets: instruction sets, compiler flags, register budgets. Imports diag only. Read TargetCatalog first. */
@NullMarked
package io.selvedge.compiler.target;

import org.jspecify.annotations.NullMarked;
