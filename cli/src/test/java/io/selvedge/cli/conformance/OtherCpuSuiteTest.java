package io.selvedge.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.Plugins;
import io.selvedge.compiler.op.Trim;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.testkit.SharedFolder;
import io.selvedge.testkit.emulation.EmulatedCpu;
import io.selvedge.testkit.emulation.EmulatedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sample of the ONNX project's tests, one or two for every kind of kernel, in code for RISC-V with vectors. */
final class OtherCpuSuiteTest {
    private static final EmulatedCpu CPU = EmulatedCpu.RISCV_OF_128_BITS;
    private static final Set<String> SAMPLE = Set.of(
            "node/test_basic_conv_with_padding",
            "node/test_gemm_all_attributes",
            "node/test_softmax_axis_1",
            "node/test_averagepool_2d_pads_count_include_pad",
            "node/test_layer_normalization_4d_axis1",
            "node/test_matmul_3d",
            "node/test_gelu_tanh_1",
            "node/test_quantizelinear_axis",
            "node/test_qlinearconv",
            "node/test_lstm_defaults",
            "node/test_transpose_all_permutations_3",
            "node/test_top_k");

    @TempDir
    private Path folder;

    @Test
    void a_sample_of_the_suite_passes_on_riscv64() {
        assumeTrue(CPU.isHere(), CPU.program() + " is not installed");
        Optional<Path> suite = SharedFolder.find("onnx-backend");
        assumeTrue(suite.isPresent(), "shared/onnx-backend is absent");
        List<OnnxSuite.Case> tests = OnnxSuite.read(suite.orElseThrow()).stream()
                .filter(test -> SAMPLE.contains(test.name()))
                .toList();
        assertThat(tests).hasSameSizeAs(SAMPLE);
        Target target = CPU.targets().getFirst();
        for (OnnxSuite.Case test : tests) {
            Attempt attempt = Attempt.of(test, target, Plugins.NONE, true);
            assertThat(attempt).as(test.name()).isInstanceOf(Attempt.Native.class);
            List<Tensor> got = run((Attempt.Native) attempt, test, target);
            assertThat(new Expectation(test.rtol(), test.atol()).difference(test.outputTensors(), got))
                    .as(test.name())
                    .isEmpty();
        }
    }

    private List<Tensor> run(Attempt.Native attempt, OnnxSuite.Case test, Target target) {
        Graph graph = attempt.graph();
        List<byte[]> inputs = new ArrayList<>();
        for (String input : graph.inputs()) {
            Tensor tensor = test.inputTensors().get(test.inputNames().indexOf(input));
            byte[] bytes = new byte[tensor.bytes().remaining()];
            tensor.bytes().get(bytes);
            inputs.add(bytes);
        }
        byte[] library = new Compiler(Toolchain.bundled()).library(CEmitter.emit(attempt.planned(), target), target);
        List<byte[]> outputs = EmulatedModel.of(attempt.planned(), target, library, folder)
                .run(CPU, List.of(inputs))
                .getFirst();
        List<Tensor> got = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            TensorType type = graph.type(graph.outputs().get(i));
            got.add(Tensor.of(type, outputs.get(i)));
        }
        return Trim.filled(graph, got);
    }
}
