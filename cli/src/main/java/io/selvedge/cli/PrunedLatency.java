package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.deploy.SideBySide;
import java.util.Optional;

/** Microseconds of pruned graphs, each timed by turns with the original, so that the machine's speed cancels out. */
final class PrunedLatency implements AutoCloseable {
    private final SideBySide side;
    private final Optional<Dataset> calibration;
    private final double originalMicros;

    PrunedLatency(Graph original, PruneOptions options, Optional<DataSource> data, ProgressLine progress) {
        this.side = new SideBySide(options.targets(), options.cc(), progress);
        if (!side.measures()) {
            side.close();
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--max-latency-us limits what is measured, and this machine does not run target "
                            + options.targets());
        }
        this.calibration = data.flatMap(DataSource::calibration);
        add(original);
        this.originalMicros =
                side.findings(Optional.empty()).getFirst().microsP50().orElseThrow();
    }

    /** Whether this machine runs the target's code. */
    static boolean isMeasured(PruneOptions options) {
        HostCpu host = HostCpu.detect();
        return options.targets().isEmpty()
                || options.targets().stream().map(TargetCatalog::byName).anyMatch(host::runs);
    }

    private void add(Graph graph) {
        calibration.ifPresentOrElse(
                samples -> side.addInt8("variant", graph, samples), () -> side.add("variant", graph));
    }

    double micros(Graph graph) {
        add(graph);
        double micros = originalMicros * side.ratioOfLastToFirst();
        side.removeLast();
        return micros;
    }

    @Override
    public void close() {
        side.close();
    }
}
