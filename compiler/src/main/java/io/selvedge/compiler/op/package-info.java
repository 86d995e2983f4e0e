/** Operators: one record each, with attributes, type inference and reference evaluation. Imports ir, diag and program. Read OpCatalog first, then Gemm. */
@NullMarked
package io.selvedge.compiler.op;

import org.jspecify.annotations.NullMarked;
