/**
 * Post-training quantisation: from observed activations to a QDQ graph in plain ONNX. Imports the compiler and compress.eval.
 * Read Quantizer first, then Calibrator.
 */
@NullMarked
package io.selvedge.compress.quant;

import org.jspecify.annotations.NullMarked;
