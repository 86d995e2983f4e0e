package io.selvedge.compress.eval;

import java.util.Map;

/** Runs a model on one sample: values by input name in, values of every output in the model's order out. */
@FunctionalInterface
public interface ModelRunner {
    float[][] run(Map<String, float[]> inputs);
}
