package io.selvedge.compiler.program;

import java.util.List;

/** An operator whose output element depends only on the input elements at the same (broadcast) position. */
public interface ElementWise {
    /** The operator as an expression over its operands, all present inputs in order. Computed in f32. */
    Expr expr(List<Expr> operands);
}
