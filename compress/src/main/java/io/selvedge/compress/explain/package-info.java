/**
 * Why a quantised model answers otherwise than its original, layer by layer, and what helps. Imports {@code compress.quant} and
 * the compiler's {@code ir}, {@code op} and {@code diag}. Read {@link io.selvedge.compress.explain.Explainer} first, then
 * Diagnosis.
 */
@NullMarked
package io.selvedge.compress.explain;

import org.jspecify.annotations.NullMarked;
