package io.selvedge.bench;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.deploy.NativeActivations;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A network with every layer in int8 as {@code selvedge deploy} would write it (u8 activations, s8 weights), calibrated on
 * random inputs: right for a latency, without a meaning for an accuracy.
 */
final class QuantizedForm {
    private static final int SAMPLES = 2;

    private QuantizedForm() {}

    /** @param simplified plain ONNX operators in float */
    static Graph of(Graph simplified) throws IOException {
        Graph exposing = NativeActivations.exposing(simplified);
        try (WorkFolder folder = WorkFolder.create("quantize")) {
            Path bundle = folder.path().resolve("exposing.selv");
            BundleFile.write(
                    new Compiler(Toolchain.bundled()),
                    exposing,
                    HostCpu.detect().best(),
                    bundle);
            try (Model model = Model.load(bundle);
                    Session session = model.newSession()) {
                return Quantizer.quantize(
                        simplified,
                        Calibrator.calibrate(
                                simplified, samples(simplified), new NativeActivations(exposing, session), _ -> {}),
                        Set.of());
            }
        }
    }

    private static List<Map<String, Tensor>> samples(Graph graph) {
        SplittableRandom random = new SplittableRandom(1);
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            Map<String, Tensor> sample = new LinkedHashMap<>();
            for (String input : graph.inputs()) {
                TensorType type = graph.type(input);
                sample.put(input, Tensor.filled(type, _ -> (float) random.nextDouble(-1, 1)));
            }
            samples.add(sample);
        }
        return samples;
    }
}
