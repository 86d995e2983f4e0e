package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.testkit.SharedFolder;
import io.selvedge.testkit.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The TFLite files that ONNX twins were made of become the same kernels and give the same numbers. */
@ExtendWith(Workbench.Shared.class)
class TfliteTwinsTest {
    private static final int NOISE = 25;

    private static Graph tflite(String file) {
        Optional<Path> path = SharedFolder.find("models/" + file);
        assumeTrue(path.isPresent(), "shared/models/" + file + " is absent");
        return Compiler.simplify(ModelReader.read(path.get(), ImportOptions.none()));
    }

    @ParameterizedTest
    @CsvSource({
        "mlperf-tiny/kws_ref_model.tflite, KEYWORDS_QDQ, 1",
        "mlperf-tiny/pretrainedResnet_quant.tflite, RESNET8_QDQ, 0.9"
    })
    void int8_file_is_the_network_of_its_twin(String file, RealModel twin, double equal, Workbench bench) {
        Graph graph = tflite(file);
        Graph other = bench.simplified(twin);
        assertThat(layers(graph)).isEqualTo(layers(other)).doesNotContain("Conv", "DepthwiseConv", "MatMul");
        List<Map<String, Tensor>> samples = Samples.mixed(twin, other, 15, NOISE);
        int same = 0;
        int elements = 0;
        try (NativeModel ours = bench.best(graph);
                NativeModel theirs = bench.load(bench.asGiven(twin))) {
            for (Map<String, Tensor> sample : samples) {
                Tensor got = ours.run(turned(graph, sample)).values().iterator().next();
                Tensor want = theirs.run(sample).values().iterator().next();
                for (int i = 0; i < got.elements(); i++) {
                    same += got.getDouble(i) == want.getDouble(i) ? 1 : 0;
                    elements++;
                }
            }
        }
        // TFLite's average pool rounds halves away from zero, its twin to even: some logits of one of them differ by a
        // step.
        assertThat(same / (double) elements).isGreaterThanOrEqualTo(equal);
    }

    @ParameterizedTest
    @CsvSource({"mlperf-tiny/pretrainedResnet.tflite, RESNET8", "gesture/weights/model.tflite, GESTURE"})
    void float_file_gives_the_numbers_of_its_twin(String file, RealModel twin, Workbench bench) {
        Graph graph = tflite(file);
        Graph other = bench.simplified(twin);
        try (NativeModel ours = bench.best(graph);
                NativeModel theirs = bench.load(bench.asGiven(twin))) {
            for (Map<String, Tensor> sample : Samples.mixed(twin, other, 3, 3)) {
                Tensor got = ours.run(turned(graph, sample)).values().iterator().next();
                Tensor want = theirs.run(sample).values().iterator().next();
                Tolerance.MODEL.check(file, want, got);
            }
        }
    }

    /** Kernels that compute, without the moves around them. */
    private static List<String> layers(Graph graph) {
        List<String> layers = new ArrayList<>();
        for (Program.Step step : Compiler.lower(Compiler.fuse(graph)).steps()) {
            if (!(step.kernel() instanceof Kernel.Copy)) {
                layers.add(step.kernel().getClass().getSimpleName());
            }
        }
        return layers;
    }

    /** The twin's input with the channels last. */
    private static Map<String, Tensor> turned(Graph graph, Map<String, Tensor> sample) {
        Tensor first = sample.values().iterator().next();
        List<Integer> perm = first.shape().rank() == 4 ? List.of(0, 2, 3, 1) : List.of(0, 2, 1);
        Tensor last = new Transpose(perm).evaluate(List.of(Optional.of(first))).getFirst();
        assertThat(last.type()).isEqualTo(graph.type(graph.inputs().getFirst()));
        return Map.of(graph.inputs().getFirst(), last);
    }
}
