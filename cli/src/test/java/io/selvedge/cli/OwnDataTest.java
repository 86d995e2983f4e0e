package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployData;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.Deployer;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.Truth;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller's own data and metric through the Java API, without a description file. */
final class OwnDataTest {
    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void write_model() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
    }

    /** Pictures made when they are asked for. */
    private record Pictures(TinyData data, TensorType type) implements Dataset {
        static Pictures of(TinyData data) {
            return new Pictures(data, TensorType.of(DType.FLOAT32, 1, 3, 4, 4));
        }

        @Override
        public int size() {
            return data.labels().length;
        }

        @Override
        public Sample get(int index) {
            return new Sample(
                    "picture " + index,
                    Map.of("x", data.pictures()[index]),
                    OptionalInt.of(data.labels()[index]),
                    Optional.empty());
        }

        @Override
        public Map<String, TensorType> inputs() {
            return Map.of("x", type);
        }
    }

    /** How far the right score lies below the best one, on average; 0 is best. */
    private static final class Regret implements Metric {
        @Override
        public String name() {
            return "regret";
        }

        @Override
        public double[] row(float[][] outputs, Truth truth) {
            float[] scores = outputs[0];
            float best = Math.max(scores[0], Math.max(scores[1], scores[2]));
            return new double[] {best - scores[truth.label(scores.length, name())]};
        }

        @Override
        public double value(double[][] rows) {
            double sum = 0;
            for (double[] row : rows) {
                sum += row[0];
            }
            return sum / rows.length;
        }

        @Override
        public double drop(double original, double candidate) {
            return 100 * (candidate - original) / original;
        }
    }

    @Test
    void own_metric_judges_and_its_budget_decides() throws Exception {
        Pictures evaluation = Pictures.of(TinyData.random(200, 1));
        DeployResult result = deploy(Pictures.of(TinyData.random(40, 2)), evaluation, new Regret(), 50);
        assertThat(result.metric()).isEqualTo("regret");
        assertThat(result.samples() + result.choiceSamples()).isEqualTo(200);
        assertThat(result.calibrationSamples()).isEqualTo(40);
        assertThat(result.chosen()).isPresent();
        assertThat(result.candidates()).extracting(Candidate::name).contains("fp32", "int8");
        assertThat(result.candidates().getFirst().accuracy().orElseThrow())
                .isCloseTo(regretOfReportedHalf(evaluation), withinPercentage(0.01));
        DeployResult none = deploy(Pictures.of(TinyData.random(40, 2)), evaluation, new Regret(), -99);
        assertThat(none.chosen()).isEmpty();
        assertThat(none.written()).isEmpty();
    }

    /** Computed here, from the scores of an fp32 bundle. */
    private double regretOfReportedHalf(Pictures evaluation) throws IOException {
        Path out = Files.createDirectories(folder.resolve("fp32"));
        Deployer.deploy(
                new DeployRequest(
                        model,
                        new DeployData.None(),
                        Budgets.NONE,
                        List.of(),
                        out,
                        1,
                        List.of(new ImportOptions(Map.of("N", 1), Map.of())),
                        List.of(),
                        Optional.empty(),
                        false,
                        false,
                        List.of(),
                        OptionalInt.of(1),
                        OptionalInt.empty()),
                ProgressListener.SILENT);
        Dataset half = evaluation.halves(1).report();
        double sum = 0;
        try (Model fp32 = Model.load(out.resolve("model.selv"));
                Session session = fp32.newSession()) {
            for (int i = 0; i < half.size(); i++) {
                Sample sample = half.get(i);
                session.input("x").floats().put(sample.inputs().get("x"));
                session.run();
                float[] scores = session.output("scores").toFloats();
                float best = Math.max(scores[0], Math.max(scores[1], scores[2]));
                sum += best - scores[sample.label().orElseThrow()];
            }
        }
        return sum / half.size();
    }

    @Test
    void nan_in_own_calibration_data_is_told() {
        TinyData data = TinyData.random(20, 2);
        data.pictures()[3][7] = Float.NaN;
        assertThat(failure(Pictures.of(data), Pictures.of(TinyData.random(20, 1))))
                .hasMessageContaining("calibration sample 3")
                .extracting(SelvedgeException::code)
                .isEqualTo(ErrorCode.NAN_IN_DATA);
    }

    @Test
    void own_samples_of_the_wrong_size_name_or_type_are_told() {
        Pictures good = Pictures.of(TinyData.random(20, 1));
        TinyData data = TinyData.random(20, 2);
        data.pictures()[3] = new float[5];
        assertThat(failure(Pictures.of(data), good))
                .hasMessageContaining("picture 3")
                .hasMessageContaining("48 values")
                .extracting(SelvedgeException::code)
                .isEqualTo(ErrorCode.SHAPE_MISMATCH);
        assertThat(failure(good, Pictures.of(data)).code()).isEqualTo(ErrorCode.SHAPE_MISMATCH);
        assertThat(failure(good, new Pictures(TinyData.random(20, 1), TensorType.of(DType.FLOAT32, 1, 4, 4, 3))))
                .hasMessageContaining("the data set")
                .extracting(SelvedgeException::code)
                .isEqualTo(ErrorCode.SHAPE_MISMATCH);
    }

    @Test
    void own_labels_out_of_range_and_empty_data_are_told() {
        Pictures good = Pictures.of(TinyData.random(20, 1));
        TinyData data = TinyData.random(20, 2);
        data.labels()[5] = 9;
        assertThat(failure(good, Pictures.of(data)))
                .hasMessageContaining("picture 5")
                .extracting(SelvedgeException::code)
                .isEqualTo(ErrorCode.LABEL_OUT_OF_RANGE);
        Pictures none = Pictures.of(TinyData.random(0, 1));
        assertThat(failure(good, none).code()).isEqualTo(ErrorCode.EMPTY_DATA);
        assertThat(failure(none, good).code()).isEqualTo(ErrorCode.EMPTY_DATA);
    }

    private SelvedgeException failure(Dataset calibration, Dataset evaluation) {
        return catchThrowableOfType(
                SelvedgeException.class, () -> deploy(calibration, evaluation, MetricCatalog.named("top1"), 100));
    }

    private DeployResult deploy(Dataset calibration, Dataset evaluation, Metric metric, double maxDrop)
            throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        return Deployer.deploy(
                new DeployRequest(
                        model,
                        new DeployData.Given(calibration, evaluation, metric),
                        new Budgets(
                                OptionalDouble.of(maxDrop),
                                OptionalDouble.empty(),
                                OptionalLong.empty(),
                                OptionalLong.empty()),
                        List.of(),
                        out,
                        1,
                        List.of(ImportOptions.none()),
                        List.of(),
                        Optional.empty(),
                        false,
                        false,
                        List.of(),
                        OptionalInt.of(1),
                        OptionalInt.empty()),
                ProgressListener.SILENT);
    }
}
