package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.fit.DescribedData;
import io.selvedge.train.fit.Gradients;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How much the loss hangs on each weight, on training samples of the data: what {@code --criterion taylor} goes by. */
final class TaylorImportance {
    private static final int BATCHES = 16;

    private TaylorImportance() {}

    /** Mean of {@code |dL/dw * w|} by the constant's name.
     *  @throws SelvedgeException BAD_OPTION without data, NO_LABELS when they do not say what is right */
    static Map<String, float[]> of(Graph graph, PruneOptions options, Console console) {
        Path file = options.dataFile()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "criterion taylor needs gradients, and so --data with labels; the others read weights alone"));
        try (ProgressLine line = new ProgressLine(console);
                DescribedData described = DescribedData.open(file, TrainOptions.of(1, options.seed))) {
            line.progress("start libtorch", 0, 0);
            TrainRequest request =
                    new TrainRequest(graph, Optional.empty(), described.options(), List.of(), Path.of(""));
            Map<String, float[]> importance = new LinkedHashMap<>();
            Gradients.taylor(
                            request,
                            described.data(),
                            BATCHES,
                            progress -> line.progress(progress.phase(), progress.step(), progress.steps()))
                    .forEach((name, scores) -> importance.put(name, scores.toFloats()));
            return importance;
        }
    }
}
