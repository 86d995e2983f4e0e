package io.selvedge.compress.deploy;

import java.nio.file.Path;

/** What a model is calibrated on and judged by. */
public sealed interface DeployData {
    /** No data: only the fp32 candidate can be built; its accuracy is unknown. */
    record None() implements DeployData {}

    /** A data description file (YAML), opened by {@code io.selvedge.compress.data.DataSource}. */
    record Described(Path file) implements DeployData {}
}
