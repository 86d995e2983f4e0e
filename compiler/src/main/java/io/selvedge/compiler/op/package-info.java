/** Operators: one record each, with attributes, type inference, reference evaluation and lowering. Imports ir, image, diag and program. Read OpCatalog first, then Gemm. */
@NullMarked
package io.selvedge.compiler.op;

import org.jspecify.annotations.NullMarked;
