package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Tensor;
import io.selvedge.runtime.ProgramExecutor;
import io.selvedge.testkit.Tolerance;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The executor that runs a bundle's program in Java beside native code of the same bundle. */
@ExtendWith(Workbench.Shared.class)
class JvmExecutorTest {
    private static final int SAMPLES = 3;
    private static final int BEYOND_THE_LAST_STEP = 10_000;

    @ParameterizedTest
    @EnumSource(
            names = {"RESNET8", "RESNET8_QDQ", "KEYWORDS", "KEYWORDS_QDQ", "GESTURE", "FACE", "PENDULUM", "TEXT_LINE"})
    void real_model_gives_native_code_s_answers(RealModel model, Workbench bench) {
        try (NativeModel compiled = bench.load(bench.asGiven(model))) {
            assertThat(compiled.inJava().model().targetName()).isEqualTo(ProgramExecutor.TARGET);
            compiled.inJava().profile(BEYOND_THE_LAST_STEP);
            List<Map<String, Tensor>> samples = Samples.mixed(model, compiled.graph(), SAMPLES, SAMPLES);
            for (Map<String, Tensor> sample : samples) {
                Map<String, Tensor> want = compiled.run(sample);
                Map<String, Tensor> got = compiled.run(compiled.inJava(), sample);
                want.forEach((name, tensor) -> {
                    Tolerance tolerance = tensor.type().dtype().isFloat() ? Tolerance.MODEL : new Tolerance(0, 0);
                    tolerance.check(name, tensor, got.get(name));
                });
            }
        }
    }
}
