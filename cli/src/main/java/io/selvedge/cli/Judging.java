package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.cli.report.Quantity;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.deploy.SessionRunner;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A bundle's score over described data: what {@code run --data} prints. */
record Judging(Console console, Session session, boolean json) {
    private record Score(String metric, double value, int samples) {}

    /** @param most how many samples at most, from the first on */
    void run(Path description, int most) {
        print(score(description, most));
    }

    private Score score(Path description, int most) {
        try (DataSource data = DataSource.open(description);
                ProgressLine progress = new ProgressLine(console)) {
            data.requireInputs(inputs(session));
            String metric = data.metric();
            if (metric.equals("agreement")) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        description + " has no labels, so a single model cannot be judged by it; add 'labels', or use"
                                + " 'selvedge deploy', which compares with the original");
            }
            Dataset samples = data.evaluation();
            if (most < samples.size()) {
                samples = samples.subset(IntStream.range(0, most).toArray());
            }
            double value = new Evaluator(
                            samples,
                            MetricCatalog.named(metric),
                            (done, total) -> progress.progress("run the samples", done, total))
                    .original(new SessionRunner(session))
                    .evaluation()
                    .value();
            return new Score(metric, value, samples.size());
        }
    }

    /** What the session takes. */
    static ModelInputs inputs(Session session) {
        return new ModelInputs(session.inputs().stream().collect(Collectors.toMap(TensorBuffer::name, Judging::type)));
    }

    private static TensorType type(TensorBuffer tensor) {
        return TensorType.of(
                DType.valueOf(tensor.dtype().name()),
                tensor.shape().stream().mapToLong(extent -> extent).toArray());
    }

    private void print(Score score) {
        if (json) {
            console.out()
                    .println(new ObjectMapper()
                            .createObjectNode()
                            .put("metric", score.metric)
                            .put("value", score.value)
                            .put("samples", score.samples)
                            .toPrettyString());
        } else {
            console.out()
                    .println(score.metric + " " + Quantity.score(score.metric, OptionalDouble.of(score.value)) + " on "
                            + Quantity.exact(score.samples) + (score.samples == 1 ? " sample" : " samples"));
        }
    }
}
