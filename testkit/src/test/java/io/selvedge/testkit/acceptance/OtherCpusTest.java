package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.testkit.SharedFolder;
import io.selvedge.testkit.Tolerance;
import io.selvedge.testkit.emulation.EmulatedCpu;
import io.selvedge.testkit.emulation.EmulatedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real models on CPUs that this machine is not, beside their results on this one. */
@ExtendWith(Workbench.Shared.class)
class OtherCpusTest {
    private static final int REAL = 4;
    private static final int NOISE = 2;
    private static final Set<EmulatedCpu> OTHERS = EnumSet.complementOf(EnumSet.of(EmulatedCpu.THIS_MACHINE));

    @ParameterizedTest
    @EnumSource(names = {"RESNET8_QDQ", "KEYWORDS_QDQ", "RESNET8", "KEYWORDS", "GESTURE", "CART_POLE"})
    void quantised_model_gives_the_same_integers_on_every_cpu(RealModel model, Workbench bench) {
        requireEmulator();
        try (NativeModel here = bench.load(bench.integers(model))) {
            compare(model.name(), here, Samples.mixed(model, here.graph(), REAL, NOISE), bench);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kws_ref_model", "pretrainedResnet_quant"})
    void tflite_file_gives_the_same_integers_on_every_cpu(String name, Workbench bench) {
        requireEmulator();
        Optional<Path> file = SharedFolder.find("models/mlperf-tiny/" + name + ".tflite");
        assumeTrue(file.isPresent(), "shared/models/mlperf-tiny/" + name + ".tflite is absent");
        try (NativeModel here = bench.best(Compiler.simplify(ModelReader.read(file.get(), ImportOptions.none())))) {
            Random random = new Random(4);
            List<Map<String, Tensor>> samples = new ArrayList<>();
            for (int i = 0; i < REAL; i++) {
                Map<String, Tensor> sample = new LinkedHashMap<>();
                here.graph()
                        .inputs()
                        .forEach(input -> sample.put(
                                input, Tensor.filled(here.graph().type(input), _ -> random.nextInt(256) - 128)));
                samples.add(sample);
            }
            compare(name, here, samples, bench);
        }
    }

    private static void requireEmulator() {
        assumeTrue(
                OTHERS.stream().anyMatch(EmulatedCpu::isHere),
                "neither qemu-aarch64, qemu-riscv64 nor node is installed");
    }

    private static void compare(String name, NativeModel here, List<Map<String, Tensor>> samples, Workbench bench) {
        Graph graph = here.graph();
        List<String> integers = graph.outputs().stream()
                .filter(output -> !graph.type(output).dtype().isFloat())
                .toList();
        assertThat(integers).isNotEmpty();
        List<Map<String, Tensor>> wanted = samples.stream().map(here::run).toList();
        assertThat(new LinkedHashSet<>(wanted)).hasSizeGreaterThan(1);
        elsewhere(here, samples, bench).forEach((where, got) -> {
            for (int i = 0; i < samples.size(); i++) {
                for (String output : integers) {
                    assertThat(got.get(i).get(output))
                            .as("%s of sample %d of %s on %s", output, i, name, where)
                            .isEqualTo(wanted.get(i).get(output));
                }
            }
        });
    }

    /** What docs/targets.md says of floats: where a multiplication and an addition are one instruction, the bits are the same. */
    @Test
    void floats_have_the_same_bits_wherever_multiply_and_add_are_one(Workbench bench) {
        requireEmulator();
        for (RealModel model : List.of(RealModel.KEYWORDS, RealModel.GESTURE)) {
            try (NativeModel here = bench.load(bench.asGiven(model))) {
                List<Map<String, Tensor>> samples = Samples.mixed(model, here.graph(), 1, 1);
                List<Map<String, Tensor>> wanted =
                        samples.stream().map(here::run).toList();
                elsewhere(here, samples, bench).forEach((where, got) -> {
                    int same = 0;
                    int elements = 0;
                    for (int i = 0; i < samples.size(); i++) {
                        for (String output : here.graph().outputs()) {
                            Tensor a = wanted.get(i).get(output);
                            Tensor b = got.get(i).get(output);
                            Tolerance.MODEL.check(model + " on " + where, a, b);
                            for (int k = 0; k < a.elements(); k++) {
                                same += a.getDouble(k) == b.getDouble(k) ? 1 : 0;
                                elements++;
                            }
                        }
                    }
                    System.out.printf(
                            "fp32: %s on %s: %d of %d results are the same bits%n", model, where, same, elements);
                    boolean fused = TargetCatalog.byName(where.substring(0, where.indexOf(',')))
                            .fusedMultiplyAdd();
                    // Of the gesture net's narrow layers AVX-512 sums two halves of a window side by side.
                    if (fused
                            && model == RealModel.KEYWORDS
                            && HostCpu.detect().best().fusedMultiplyAdd()) {
                        assertThat(same).as(model + " on " + where).isEqualTo(elements);
                    }
                });
            }
        }
    }

    /** Outputs of every sample by what ran it; a CPU whose emulator is absent is left out, and said so. */
    private static Map<String, List<Map<String, Tensor>>> elsewhere(
            NativeModel here, List<Map<String, Tensor>> samples, Workbench bench) {
        PlannedProgram planned = here.planned();
        Graph graph = here.graph();
        List<List<byte[]>> given = samples.stream()
                .map(sample -> graph.inputs().stream()
                        .map(input -> bytes(sample.get(input)))
                        .toList())
                .toList();
        Map<Target, EmulatedModel> models = new HashMap<>();
        Map<String, List<Map<String, Tensor>>> results = new LinkedHashMap<>();
        Set<String> absent = new LinkedHashSet<>();
        for (EmulatedCpu cpu : OTHERS) {
            if (!cpu.isHere()) {
                absent.add(cpu.program());
                continue;
            }
            for (Target target : cpu.targets()) {
                if (!models.containsKey(target)) {
                    models.put(target, bench.emulated(planned, target));
                }
                List<Map<String, Tensor>> outputs = new ArrayList<>();
                List<List<byte[]>> all;
                try {
                    all = models.get(target).run(cpu, given);
                } catch (AssertionError e) {
                    // An assertion of qemu 7.2 itself, on some blocks of RISC-V instructions: it says nothing of the
                    // model.
                    if (!String.valueOf(e.getMessage()).contains("decode_save_opc")) {
                        throw e;
                    }
                    System.out.println("not compared, because qemu failed: " + target.name() + ", " + cpu);
                    continue;
                }
                for (List<byte[]> got : all) {
                    Map<String, Tensor> named = new LinkedHashMap<>();
                    for (int i = 0; i < got.size(); i++) {
                        String output = graph.outputs().get(i);
                        named.put(output, Tensor.of(graph.type(output), got.get(i)));
                    }
                    outputs.add(named);
                }
                results.put(target.name() + ", " + cpu, outputs);
            }
        }
        if (!absent.isEmpty()) {
            System.out.println("not run, because it is not installed: " + absent);
        }
        return results;
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[tensor.bytes().remaining()];
        tensor.bytes().get(bytes);
        return bytes;
    }
}
