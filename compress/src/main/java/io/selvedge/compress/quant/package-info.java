/**
 * Post-training quantisation: from observed activations to a QDQ graph in plain ONNX. Imports the compiler's {@code ir},
 * {@code op} and {@code diag}. Read {@link io.selvedge.compress.quant.Quantizer} first, then Calibrator.
 */
@NullMarked
package io.selvedge.compress.quant;

import org.jspecify.annotations.NullMarked;
