package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The integers of a quantised model are the same on every target, byte by byte. */
@ExtendWith(Workbench.Shared.class)
class SameIntegersTest {
    private static final int REAL = 200;
    private static final int NOISE = 20;

    /** Those that came quantised, and those that we quantise. */
    @ParameterizedTest
    @EnumSource(names = {"RESNET8_QDQ", "KEYWORDS_QDQ", "RESNET8", "KEYWORDS", "GESTURE", "CART_POLE", "TEXT_LINE"})
    void quantised_model_gives_the_same_bytes_on_every_target(RealModel model, Workbench bench) {
        assumeTrue(NativeModel.targets().size() > 1, "this CPU runs one target only: nothing to compare");
        try (NativeModel compiled = bench.load(bench.integers(model))) {
            Graph graph = compiled.graph();
            List<Map<String, Tensor>> samples = Samples.mixed(model, graph, REAL, NOISE);
            List<String> integers = graph.outputs().stream()
                    .filter(output -> !graph.type(output).dtype().isFloat())
                    .toList();
            assertThat(integers).isNotEmpty();
            Set<Tensor> distinct = new HashSet<>();
            for (int i = 0; i < samples.size(); i++) {
                Map<String, Tensor> best = compiled.run(samples.get(i));
                for (var target : compiled.sessions().entrySet()) {
                    Map<String, Tensor> other = compiled.run(target.getValue(), samples.get(i));
                    for (String output : integers) {
                        assertThat(other.get(output).toLongs())
                                .as(
                                        "%s of sample %d on %s",
                                        output, i, target.getKey().name())
                                .isEqualTo(best.get(output).toLongs());
                    }
                }
                Map<String, Tensor> java = compiled.run(compiled.inJava(), samples.get(i));
                for (String output : integers) {
                    assertThat(java.get(output).toLongs())
                            .as("%s of sample %d in Java", output, i)
                            .isEqualTo(best.get(output).toLongs());
                }
                distinct.add(best.get(integers.getFirst()));
            }
            System.out.printf(
                    "same integers: %s, %s on %d targets, %d samples, %d distinct results%n",
                    model, integers, compiled.sessions().size(), samples.size(), distinct.size());
            // Code that ignores its input would be the same everywhere too.
            assertThat(distinct).hasSizeGreaterThan(NOISE);
        }
    }
}
