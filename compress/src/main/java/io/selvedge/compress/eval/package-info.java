/**
 * Judging a model by a user's data: metrics, paired comparison of an original and a candidate, and the run over all
 * samples. Imports {@code data} and the compiler's {@code diag}. Read {@link io.selvedge.compress.eval.Evaluator} first.
 */
@NullMarked
package io.selvedge.compress.eval;

import org.jspecify.annotations.NullMarked;
