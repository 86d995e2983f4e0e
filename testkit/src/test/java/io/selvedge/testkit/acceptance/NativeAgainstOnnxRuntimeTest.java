package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.testkit.OnnxRuntimeOracle;
import io.selvedge.testkit.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** fp32 models compiled to native code give what ONNX Runtime gives: {@code max |a-b| <= 1e-4 * max |ref|} per output. */
@ExtendWith(Workbench.Shared.class)
class NativeAgainstOnnxRuntimeTest {
    private static final int REAL = 6;
    private static final int NOISE = 4;

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RESNET8_QDQ", "KEYWORDS_QDQ"})
    void native_code_agrees_on_every_target(RealModel model, Workbench bench) {
        Graph graph = bench.simplified(model);
        List<Map<String, Tensor>> samples = Samples.mixed(model, graph, REAL, NOISE);
        List<Map<String, Tensor>> wanted = new ArrayList<>();
        try (OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(bench.file(model))) {
            samples.forEach(sample -> wanted.add(oracle.run(sample)));
        }
        try (NativeModel compiled = bench.load(bench.asGiven(model))) {
            compiled.sessions().forEach((target, session) -> {
                double worst = 0;
                for (int i = 0; i < samples.size(); i++) {
                    Map<String, Tensor> got = compiled.run(session, samples.get(i));
                    Map<String, Tensor> want = wanted.get(i);
                    assertThat(got.keySet()).isEqualTo(want.keySet());
                    for (String output : want.keySet()) {
                        String what = model + " on " + target.name() + ", sample " + i + ", output " + output;
                        Tolerance.MODEL.check(what, want.get(output), got.get(output));
                        worst = Math.max(worst, relativeError(want.get(output), got.get(output)));
                    }
                }
                System.out.printf("fp32 against ONNX Runtime: %s on %s differs by %.1e%n", model, target.name(), worst);
            });
        }
    }

    private static double relativeError(Tensor want, Tensor got) {
        double worst = 0;
        for (int i = 0; i < want.elements(); i++) {
            worst = Math.max(worst, Math.abs(want.getDouble(i) - got.getDouble(i)));
        }
        return worst / Tolerance.magnitude(want);
    }
}
