package io.selvedge.compress.deploy;

import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.eval.Metric;
import java.nio.file.Path;

/** What a model is calibrated on and judged by. */
public sealed interface DeployData {
    /** No data: only the fp32 candidate can be built; its accuracy is unknown. */
    record None() implements DeployData {}

    /** A data description file (YAML), opened by {@link io.selvedge.compress.data.DataSource}. */
    record Described(Path file) implements DeployData {}

    /**
     * A caller's own data.
     *
     * @param calibration samples that ranges are taken from
     * @param evaluation other samples: one half decides, the other is reported
     */
    record Given(Dataset calibration, Dataset evaluation, Metric metric) implements DeployData {}
}
