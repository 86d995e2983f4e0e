package io.selvedge.cli;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.deploy.CompiledGraph;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.compress.eval.Evaluation;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.Progress;
import io.selvedge.compress.eval.Reference;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.Corrections;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.Quantizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What each correction of a quantised model does on the samples to judge by, in compiled code. */
record CorrectionTable(Compiler compiler, DataSource source, Levels levels, ProgressListener progress) {
    /** @param chosen corrections of the last row */
    List<String> lines(Calibration calibration, Corrections chosen) {
        Graph graph = calibration.graph();
        Evaluator evaluator = new Evaluator(source.evaluation(), MetricCatalog.named(source.metric()), Progress.SILENT);
        TextTable table = new TextTable()
                .left("corrections")
                .right(source.metric() + " %")
                .right("as the original %")
                .right("SNR dB");
        Map<String, Corrections> rows = rows(chosen);
        try (CompiledGraph original = new CompiledGraph(compiler, graph)) {
            Reference reference = evaluator.original(original.runner());
            table.row("float", percent(reference.evaluation().value()), "100.00", "");
            int done = 0;
            for (Map.Entry<String, Corrections> row : rows.entrySet()) {
                progress.progress("measure " + row.getKey(), ++done, rows.size());
                Graph quantized = Quantizer.quantize(graph, calibration.plan(row.getValue()), Set.of(), levels);
                try (CompiledGraph compiled = new CompiledGraph(compiler, quantized)) {
                    Evaluation found = evaluator.candidate(compiled.runner(), reference);
                    table.row(
                            row.getKey(),
                            percent(found.value()),
                            percent(found.agreement()),
                            String.format(Locale.ROOT, "%.1f", found.snrDb()));
                }
            }
        }
        return table.lines();
    }

    private static Map<String, Corrections> rows(Corrections chosen) {
        Map<String, Corrections> rows = new LinkedHashMap<>();
        Corrections plain = Corrections.PLAIN;
        rows.put("biases not corrected", plain.withoutBiasCorrection());
        rows.put("plain", plain);
        rows.put("equalised layers", plain.withEqualizedLayers());
        rows.put("adaptive rounding", plain.withAdaptiveRounding());
        rows.put("ranges by output", plain.withCalibrator(Corrections.LEAST_OUTPUT_ERROR));
        Corrections.CALIBRATORS.forEach(name -> rows.put(name + " ranges", plain.withCalibrator(name)));
        rows.put("chosen: " + (chosen.text().isEmpty() ? "plain" : chosen.text()), chosen);
        return rows;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f", 100 * share);
    }
}
