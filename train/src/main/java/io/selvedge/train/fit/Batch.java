package io.selvedge.train.fit;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Samples side by side.
 *
 * @param labels int64, one a sample
 * @param targets float32, a row a sample
 */
record Batch(Map<String, Tensor> inputs, Optional<Tensor> labels, Optional<Tensor> targets, int size) {}
