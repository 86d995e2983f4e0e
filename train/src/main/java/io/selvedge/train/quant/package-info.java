/**
 * Training with quantisation in mind: what a QDQ graph does to weights and activations as treatments, and back. Imports compress.quant
 * and the treatments, not libtorch. Read QuantizationAwareTraining first.
 */
@NullMarked
package io.selvedge.train.quant;

import org.jspecify.annotations.NullMarked;
