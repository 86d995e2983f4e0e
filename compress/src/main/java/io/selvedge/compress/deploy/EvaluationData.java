package io.selvedge.compress.deploy;

import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.eval.Metric;
import java.util.Optional;

/**
 * Calibration and evaluation data with the metric that judges.
 *
 * @param where what messages call the data
 */
record EvaluationData(Optional<Dataset> calibration, Dataset evaluation, Metric metric, String where) {}
