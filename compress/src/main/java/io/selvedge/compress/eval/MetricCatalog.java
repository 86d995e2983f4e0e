package io.selvedge.compress.eval;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.List;

/** The metrics that a data description can name. */
public final class MetricCatalog {
    private static final List<Metric> ALL =
            List.of(new TopK(1), new TopK(5), new MeanSquaredError(), new AreaUnderCurve(), new Agreement());

    private MetricCatalog() {}

    public static List<Metric> all() {
        return ALL;
    }

    /**
     * The metric of this name.
     *
     * @throws SelvedgeException BAD_OPTION for an unknown name
     */
    public static Metric named(String name) {
        return ALL.stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "Unknown metric '" + name + "'; known: "
                                + ALL.stream().map(Metric::name).toList() + "."));
    }
}
