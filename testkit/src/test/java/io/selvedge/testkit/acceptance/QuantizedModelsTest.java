package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.data.DataSource;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that somebody else quantised compile as they are and classify as ONNX Runtime does. */
@ExtendWith(Workbench.Shared.class)
class QuantizedModelsTest {
    private static final double LEAST_AGREEMENT_PERCENT = 99.8;

    @ParameterizedTest
    @EnumSource(names = {"RESNET8_QDQ", "KEYWORDS_QDQ"})
    void quantised_model_classifies_all_labelled_data_as_onnx_runtime_does(RealModel model, Workbench bench) {
        try (DataSource data = LabelledData.of(model);
                NativeModel compiled = bench.load(bench.integers(model))) {
            Agreement agreement = Agreement.of(compiled, bench.file(model), data.evaluation());
            System.out.printf("%s against ONNX Runtime: %s = %.2f %%%n", model, agreement, agreement.percent());
            assertThat(agreement.percent()).isGreaterThanOrEqualTo(LEAST_AGREEMENT_PERCENT);
        }
    }
}
