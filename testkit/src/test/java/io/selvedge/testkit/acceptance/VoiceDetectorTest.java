package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.runtime.StatePair;
import io.selvedge.testkit.OnnxRuntimeOracle;
import io.selvedge.testkit.SharedFolder;
import io.selvedge.testkit.Tolerance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** silero VAD, whose sample rate decides between two networks at import, natively over a minute of sound. */
@ExtendWith(Workbench.Shared.class)
class VoiceDetectorTest {
    private static final int SECONDS = 60;

    @ParameterizedTest
    @CsvSource({"silero_vad.onnx, 16000", "silero_vad.onnx, 8000", "silero_vad_16k_op15.onnx, 16000"})
    void a_minute_of_sound_agrees_with_onnx_runtime(String file, int rate, Workbench bench) {
        Optional<Path> model = SharedFolder.find("models/speech/" + file);
        assumeTrue(model.isPresent(), "shared/models is absent");
        int fresh = rate == 16000 ? 512 : 256;
        int context = fresh / 8;
        Tensor sampleRate = Tensor.longs(new long[] {rate});
        Map<String, List<Integer>> shapes = Map.of("input", List.of(1, context + fresh), "state", List.of(2, 1, 128));
        Graph graph = OnnxImporter.read(model.get(), new ImportOptions(Map.of(), shapes, Map.of("sr", sampleRate)));
        float[] sound = sound(rate);
        // Each side goes on from its own state, so that a difference could grow. Ours stays in the session.
        Tensor theirs = Tensor.filled(graph.type("state"), _ -> 0);
        try (NativeModel compiled =
                        bench.streaming(Compiler.simplify(graph), List.of(new StatePair("stateN", "state")));
                OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(model.get())) {
            Worst speech = new Worst();
            Worst state = new Worst();
            for (int from = context; from + fresh <= sound.length; from += fresh) {
                int start = from - context;
                Tensor input = Tensor.filled(graph.type("input"), i -> sound[start + i]);
                Map<String, Tensor> got = compiled.run(Map.of("input", input));
                Map<String, Tensor> want = oracle.run(Map.of("input", input, "state", theirs, "sr", sampleRate));
                Tensor ours = Tensor.of(
                        graph.type("stateN"),
                        NativeModel.bytes(compiled.session().state("state")));
                theirs = Objects.requireNonNull(want.get("stateN"));
                state.add(theirs, ours);
                speech.add(Objects.requireNonNull(want.get("output")), Objects.requireNonNull(got.get("output")));
            }
            speech.check("speech");
            state.check("state");
            // Otherwise a detector that always says the same would pass.
            assertThat(speech.magnitude).isGreaterThan(0.1);
        }
    }

    /** The largest difference and magnitude over all calls: where nobody speaks the output is a thousandth of what it can be. */
    private static final class Worst {
        private double difference;
        private double magnitude;

        void add(Tensor want, Tensor got) {
            for (int i = 0; i < want.elements(); i++) {
                difference = Math.max(difference, Math.abs(want.getDouble(i) - got.getDouble(i)));
            }
            magnitude = Math.max(magnitude, Tolerance.magnitude(want));
        }

        void check(String what) {
            System.out.printf("%s over %d s differs by %.1e of %.2f%n", what, SECONDS, difference, magnitude);
            assertThat(difference).as(what).isLessThanOrEqualTo(Tolerance.MODEL.relative() * magnitude);
        }
    }

    /** Syllables of a buzzing voice with pauses between them, and some noise. */
    private static float[] sound(int rate) {
        Random random = new Random(7);
        float[] sound = new float[SECONDS * rate];
        double phase = 0;
        for (int i = 0; i < sound.length; i++) {
            double seconds = (double) i / rate;
            double loudness = Math.max(0, Math.sin(2 * Math.PI * 3 * seconds)) * (seconds % 5 < 3 ? 1 : 0);
            phase += 2 * Math.PI * (120 + 30 * Math.sin(2 * Math.PI * 0.7 * seconds)) / rate;
            double voice = 0;
            for (int harmonic = 1; harmonic <= 20; harmonic++) {
                double formant = Math.exp(-Math.pow((harmonic * 120 - 700) / 300.0, 2))
                        + 0.5 * Math.exp(-Math.pow((harmonic * 120 - 1200) / 300.0, 2));
                voice += (0.1 + formant) * Math.sin(harmonic * phase);
            }
            sound[i] = (float) (0.15 * loudness * voice + 0.003 * random.nextGaussian());
        }
        return sound;
    }
}
