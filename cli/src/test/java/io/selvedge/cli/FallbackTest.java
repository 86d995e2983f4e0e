package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.fallback.HybridModel;
import io.selvedge.fallback.HybridSession;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.testkit.OnnxRuntimeOracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a model that cannot be compiled as a whole to the answers of its bundle. */
final class FallbackTest {
    @TempDir
    private static Path folder;

    private static Path model;
    private static Path bundle;
    private static CommandLineRun deployed;

    @BeforeAll
    static void deploy() throws IOException {
        model = FallbackModels.write(FallbackModels.inverse(), folder.resolve("inverse.onnx"));
        deployed = CommandLineRun.of("deploy", model, "--fallback", "onnxruntime", "--out", folder.resolve("out"));
        assertThat(deployed.status()).as(deployed.err()).isZero();
        bundle = folder.resolve("out/model.selv");
    }

    @Test
    void answers_are_those_of_onnx_runtime_alone() throws IOException {
        try (HybridModel hybrid = HybridModel.load(bundle);
                HybridSession session = hybrid.newSession();
                OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(model)) {
            assertThat(hybrid.checkGolden().vectors()).isEqualTo(1);
            Random random = new Random(1);
            for (int round = 0; round < 20; round++) {
                Tensor x = Tensor.filled(
                        TensorType.of(io.selvedge.compiler.ir.DType.FLOAT32, 4, 4), _ -> random.nextGaussian());
                session.input("x").floats().put(x.toFloats());
                session.run();
                float[] expected = oracle.run(Map.of("x", x)).get("y").toFloats();
                assertThat(session.output("y").toFloats())
                        .containsExactly(expected, org.assertj.core.data.Offset.offset(1e-6f));
            }
        }
    }

    @Test
    void how_many_there_are_may_differ_from_call_to_call() throws IOException {
        for (GraphProto.Builder graph : List.of(FallbackModels.coordinates(), FallbackModels.meeting())) {
            Path file = FallbackModels.write(graph, folder.resolve(graph.getName() + ".onnx"));
            Path out = folder.resolve(graph.getName());
            CommandLineRun run = CommandLineRun.of("deploy", file, "--fallback", "onnxruntime", "--out", out);
            assertThat(run.status()).as(run.err()).isZero();
            try (HybridModel hybrid = HybridModel.load(out.resolve("model.selv"));
                    HybridSession session = hybrid.newSession();
                    OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(file)) {
                for (int positive = 1; positive <= 12; positive++) {
                    int most = positive;
                    Tensor x = Tensor.filled(TensorType.of(io.selvedge.compiler.ir.DType.FLOAT32, 3, 4), i -> most - i);
                    session.inputs().getFirst().floats().put(x.toFloats());
                    session.run();
                    TensorBuffer y = session.outputs().getFirst();
                    assertThat(y.toFloats())
                            .containsExactly(
                                    oracle.run(Map.of("x", x)).get(y.name()).toFloats(),
                                    org.assertj.core.data.Offset.offset(1e-6f));
                }
            }
        }
    }

    @Test
    void deploy_and_inspect_show_the_boundary() throws IOException {
        assertThat(deployed.out()).contains("not measured", "HybridModel", "Inverse 'invert': ", "model.selv");
        for (CommandLineRun run : List.of(
                CommandLineRun.of("inspect", bundle),
                CommandLineRun.of("inspect", model, "--fallback", "onnxruntime"))) {
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(run.out())
                    .contains("native", "onnxruntime", "b float32[4,4]", "c float32[4,4]", "Inverse 'invert': ");
        }
        JsonNode plan = new ObjectMapper()
                .readTree(CommandLineRun.of("inspect", bundle, "--json").out())
                .get("plan");
        assertThat(plan.get("parts")).hasSize(3);
        assertThat(plan.get("parts").get(1).get("nodes").get(0).get("reason").asText())
                .contains("com.microsoft");
    }

    @Test
    void run_and_doctor_know_such_bundles() throws IOException {
        Path zeros = Files.write(
                folder.resolve("x.npy"),
                TinyData.Array.floats(List.of(4, 4), new float[16]).npy());
        CommandLineRun run = CommandLineRun.of("run", bundle, "--input", zeros, "--json");
        assertThat(run.status()).as(run.err()).isZero();
        // 2 * (4 I)^-1
        JsonNode values = new ObjectMapper().readTree(run.out()).get("y").get("values");
        assertThat(values.get(0).asDouble()).isEqualTo(0.5);
        assertThat(values.get(1).asDouble()).isZero();
        assertThat(CommandLineRun.of("doctor", bundle).out()).contains("ONNX Runtime", "golden vectors agree");
        CommandLineRun.of("run", bundle, "--data", folder.resolve("none.yaml")).refused(2, "BAD_OPTION", "--input");
    }

    @Test
    void the_runtime_alone_says_what_is_missing() {
        assertThatThrownBy(() -> Model.load(bundle))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll("FALLBACK_NEEDED", "selvedge-fallback", bundle.toString());
    }

    @Test
    void a_native_bundle_is_not_for_the_fallback() throws IOException {
        Path tiny = TinyModel.write(folder.resolve("tiny.onnx"));
        CommandLineRun run = CommandLineRun.of(
                "deploy", tiny, "--dim", "N=1", "--fallback", "onnxruntime", "--out", folder.resolve("native"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err()).contains("--fallback is not needed");
        assertThatThrownBy(() -> HybridModel.load(folder.resolve("native/model.selv")))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll("BAD_BUNDLE", "io.selvedge.runtime.Model");
    }

    @Test
    void without_the_option_the_error_names_it() {
        CommandLineRun.of("deploy", model, "--out", folder.resolve("no"))
                .refused(3, "UNSUPPORTED_OP", "Inverse", "--fallback onnxruntime");
        CommandLineRun.of("inspect", model).refused(3, "UNSUPPORTED_OP", "Inverse", "--fallback onnxruntime");
    }

    @Test
    void what_does_not_go_with_it_is_refused() {
        CommandLineRun.of("deploy", model, "--fallback", "tvm").refused(2, "BAD_OPTION", "tvm", "onnxruntime");
        CommandLineRun.of("deploy", model, "--fallback", "onnxruntime", "--max-latency-us", "5")
                .refused(2, "BAD_OPTION", "fp32", "measures nothing");
    }

    @Test
    void a_model_with_open_sessions_stays_open() {
        try (HybridModel hybrid = HybridModel.load(bundle)) {
            HybridSession session = hybrid.newSession();
            assertThatThrownBy(hybrid::close).hasMessageContaining("SESSIONS_OPEN");
            assertThatThrownBy(() -> session.input("z")).hasMessageContainingAll("NO_SUCH_TENSOR", "[x]");
            session.close();
            assertThatThrownBy(session::run).hasMessageContaining("CLOSED");
        }
    }
}
