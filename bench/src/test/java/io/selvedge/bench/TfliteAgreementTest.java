package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiled code of TFLite files against TFLite with XNNPACK, on random inputs. */
class TfliteAgreementTest {
    private static final int INPUTS = 200;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlperf-tiny/kws_ref_model.tflite",
                "mlperf-tiny/pretrainedResnet_quant.tflite",
                "gesture/weights/quantized_model.tflite"
            })
    void native_code_of_an_int8_file_is_within_one_step_of_tflite(String file) throws IOException {
        Difference difference = differences(file);
        System.out.printf("%s: %s%n", file, difference);
        assertThat(difference.distinct)
                .as("outputs that differ from each other")
                .isGreaterThan(10);
        assertThat(difference.withinOne / (double) difference.outputs).isGreaterThanOrEqualTo(0.99);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlperf-tiny/pretrainedResnet.tflite", "gesture/weights/model.tflite"})
    void native_code_of_a_float_file_agrees_with_tflite(String file) throws IOException {
        Difference difference = differences(file);
        System.out.printf("%s: %s%n", file, difference);
        assertThat(difference.largest).isLessThan(1e-4);
    }

    /** Counts over all outputs of all inputs. */
    private record Difference(long outputs, long equal, long withinOne, double largest, long distinct) {
        @Override
        public String toString() {
            return String.format(
                    java.util.Locale.ROOT,
                    "%d outputs, %.3f %% equal, %.3f %% within one, largest difference %.3g, %d distinct values",
                    outputs,
                    100.0 * equal / outputs,
                    100.0 * withinOne / outputs,
                    largest,
                    distinct);
        }
    }

    private Difference differences(String file) throws IOException {
        Optional<Path> found = SharedFolder.find("models/" + file);
        assumeTrue(found.isPresent(), "shared/models/" + file + " is absent");
        Graph graph = ModelReader.read(found.get(), ImportOptions.none());
        Path bundle = folder.resolve("model.selv");
        BundleFile.write(
                new Compiler(Toolchain.bundled()),
                Compiler.simplify(graph),
                List.of(HostCpu.detect().best()),
                bundle);
        SplittableRandom random = new SplittableRandom(2);
        Sample first = sample(graph, random);
        Map<Float, Integer> values = new HashMap<>();
        long outputs = 0;
        long equal = 0;
        long withinOne = 0;
        double largest = 0;
        try (SelvedgeContender ours = new SelvedgeContender(bundle, first, "");
                TfliteContender theirs = new TfliteContender(Files.readAllBytes(found.get()), graph, first)) {
            for (int i = 0; i < INPUTS; i++) {
                Sample sample = i == 0 ? first : sample(graph, random);
                ours.fill(sample);
                theirs.fill(sample);
                ours.run();
                theirs.run();
                float[] got = ours.outputs()[0];
                float[] want = theirs.outputs()[0];
                assertThat(got).hasSameSizeAs(want);
                for (int k = 0; k < got.length; k++) {
                    double difference = Math.abs(got[k] - want[k]);
                    outputs++;
                    equal += difference == 0 ? 1 : 0;
                    withinOne += difference <= 1 ? 1 : 0;
                    largest = Math.max(largest, difference);
                    values.merge(got[k], 1, Integer::sum);
                }
            }
        }
        return new Difference(outputs, equal, withinOne, largest, values.size());
    }

    /** All integers alike; real numbers in the range of the networks' own data. */
    private static Sample sample(Graph graph, SplittableRandom random) {
        Map<String, float[]> values = new HashMap<>();
        for (String input : graph.inputs()) {
            float[] array = new float[Math.toIntExact(graph.type(input).shape().elements())];
            boolean real = graph.type(input).dtype().isFloat();
            for (int i = 0; i < array.length; i++) {
                array[i] = real ? (float) random.nextDouble() : random.nextInt(-128, 128);
            }
            values.put(input, array);
        }
        return Sample.of(graph, values);
    }
}
