/**
 * A graph over libtorch's tensors under autograd: one lowering per ONNX operator, one hook on what operators read. Imports the
 * compiler's graph and operators and libtorch. Read TrainableGraph first.
 */
@NullMarked
package io.selvedge.train.graph;

import org.jspecify.annotations.NullMarked;
