package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.eval.Evaluation;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.PairedComparison;
import io.selvedge.compress.eval.Reference;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.CorrectionChoice;
import io.selvedge.compress.quant.Ranges;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Calibrates one graph natively, and says what quantised forms of it lose. */
public final class LevelsTrial {
    private final Compiler compiler;
    private final Graph graph;
    private final ProgressListener progress;

    /** @param graph simplified, in float */
    public LevelsTrial(Compiler compiler, Graph graph, ProgressListener progress) {
        this.compiler = compiler;
        this.graph = graph;
        this.progress = progress;
    }

    /**
     * Ranges of all activations over the data.
     *
     * @param where what messages call the data
     * @throws io.selvedge.compiler.diag.SelvedgeException BAD_DATA, SHAPE_MISMATCH, EMPTY_DATA, NAN_IN_DATA
     */
    public Ranges ranges(Dataset calibration, String where) {
        return calibrated(calibration, where, Calibration::seen);
    }

    /** What {@code use} makes of a calibration, which lives as long as it runs; the same errors. */
    public <T> T calibrated(Dataset calibration, String where, Function<Calibration, T> use) {
        ModelInputs.of(graph).check(calibration.inputs(), where);
        List<Map<String, Tensor>> samples = calibration.tensors(graph);
        try (CompiledGraph exposing = new CompiledGraph(compiler, NativeActivations.exposing(graph))) {
            return use.apply(Calibration.of(
                    graph,
                    samples,
                    CorrectionChoice.samples(graph, samples.size()),
                    exposing.activations(),
                    done -> progress.progress("calibrate", done, 2L * samples.size())));
        }
    }

    /** Both forms on the same samples. */
    public PairedComparison compared(Graph quantized, Dataset evaluation, Metric metric, long seed) {
        try (CompiledGraph before = new CompiledGraph(compiler, graph);
                CompiledGraph after = new CompiledGraph(compiler, quantized)) {
            Evaluator evaluator = new Evaluator(
                    evaluation, metric, (done, total) -> progress.progress("measure accuracy", done, total));
            Reference original = evaluator.original(before.runner());
            Evaluation candidate = evaluator.candidate(after.runner(), original);
            return PairedComparison.of(original.evaluation(), candidate, seed);
        }
    }
}
