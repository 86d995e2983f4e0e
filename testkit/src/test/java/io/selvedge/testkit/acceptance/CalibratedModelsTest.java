package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Models quantised by our own calibration: what is lost, and what another runtime makes of the exported model. */
@ExtendWith(Workbench.Shared.class)
class CalibratedModelsTest {
    private static final double LEAST_AGREEMENT_PERCENT = 99.8;
    private static final double MOST_RESNET_DROP = 0.3;
    private static final double MOST_KEYWORD_DROP = 0.5;
    private static final int SPLITS = 5;
    private static final int CALIBRATION_WINDOWS = 200;

    private final Workbench bench;

    CalibratedModelsTest(Workbench bench) {
        this.bench = bench;
    }

    @Test
    void resnet_calibrated_on_training_images_keeps_its_accuracy_on_the_test_images() {
        try (DataSource data = LabelledData.of(RealModel.RESNET8)) {
            Dataset test = data.evaluation();
            Graph simplified = bench.simplified(RealModel.RESNET8);
            int fp32 = correct(simplified, test);
            Graph quantized = Calibrated.quantize(simplified, data.calibration().orElseThrow(), bench);
            Agreement agreement = agreement(quantized, test);
            double drop = 100.0 * (fp32 - agreement.ours()) / test.size();
            System.out.printf(
                    "resnet8: fp32 %d of %d, int8 %d, drop %.2f points; ONNX Runtime on the exported model %d, agreement %.2f %%%n",
                    fp32, test.size(), agreement.ours(), drop, agreement.theirs(), agreement.percent());
            assertThat(drop).isLessThanOrEqualTo(MOST_RESNET_DROP);
            assertThat(agreement.percent()).isGreaterThanOrEqualTo(LEAST_AGREEMENT_PERCENT);
        }
    }

    @Test
    void keywords_calibrated_on_a_fifth_of_the_windows_keep_their_accuracy_on_the_others() {
        try (DataSource data = LabelledData.of(RealModel.KEYWORDS)) {
            Dataset all = data.evaluation();
            Graph simplified = bench.simplified(RealModel.KEYWORDS);
            double drops = 0;
            int agreed = 0;
            int samples = 0;
            for (int seed = 1; seed <= SPLITS; seed++) {
                int[] order = Dataset.order(all.size(), seed);
                Dataset calibration = all.subset(Arrays.copyOf(order, CALIBRATION_WINDOWS));
                Dataset others = all.subset(Arrays.copyOfRange(order, CALIBRATION_WINDOWS, order.length));
                int fp32 = correct(simplified, others);
                Agreement agreement = agreement(Calibrated.quantize(simplified, calibration, bench), others);
                double drop = 100.0 * (fp32 - agreement.ours()) / others.size();
                System.out.printf(
                        "keywords, split %d: fp32 %d of %d, int8 %d, drop %.2f points; ONNX Runtime %d, agreement %.2f %%%n",
                        seed, fp32, others.size(), agreement.ours(), drop, agreement.theirs(), agreement.percent());
                drops += drop;
                agreed += agreement.agreed();
                samples += agreement.samples();
            }
            double agreement = 100.0 * agreed / samples;
            System.out.printf("keywords: mean drop %.3f points, agreement %.2f %%%n", drops / SPLITS, agreement);
            assertThat(drops / SPLITS).isLessThanOrEqualTo(MOST_KEYWORD_DROP);
            assertThat(agreement).isGreaterThanOrEqualTo(LEAST_AGREEMENT_PERCENT);
        }
    }

    private int correct(Graph simplified, Dataset data) {
        try (NativeModel compiled = bench.best(simplified)) {
            return Agreement.correct(compiled, data);
        }
    }

    private Agreement agreement(Graph quantized, Dataset data) {
        Path exported = bench.folder().resolve("quantized.onnx");
        OnnxExporter.write(quantized, exported, Map.of());
        try (NativeModel compiled = bench.best(quantized)) {
            return Agreement.of(compiled, exported, data);
        }
    }
}
