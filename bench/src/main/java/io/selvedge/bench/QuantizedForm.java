package io.selvedge.bench;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
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
import java.util.Optional;
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
        return of(simplified, -1, 1);
    }

    /** @param low and high: where random inputs lie */
    static Graph of(Graph simplified, double low, double high) throws IOException {
        Graph exposing = NativeActivations.exposing(simplified);
        try (WorkFolder folder = WorkFolder.create("quantize")) {
            Path bundle = folder.path().resolve("exposing.selv");
            BundleFile.write(
                    new Compiler(Toolchain.bundled()),
                    exposing,
                    List.of(HostCpu.detect().best()),
                    bundle);
            try (Model model = Model.load(bundle);
                    Session session = model.newSession()) {
                return Quantizer.quantize(
                        simplified,
                        Calibrator.calibrate(
                                simplified,
                                samples(simplified, low, high),
                                new NativeActivations(exposing, session),
                                _ -> {}),
                        Set.of());
            }
        }
    }

    /**
     * The graph with 8-bit inputs and outputs: the QuantizeLinear that is an input's only reader and the DequantizeLinear that
     * makes an output go.
     */
    static Graph withIntegerEnds(Graph quantized) {
        Map<String, List<Node>> readers = quantized.consumers();
        Map<String, Node> producers = quantized.producers();
        List<String> inputs = new ArrayList<>();
        for (String input : quantized.inputs()) {
            List<Node> all = readers.getOrDefault(input, List.of());
            boolean only = all.size() == 1 && all.getFirst().op().type().equals("QuantizeLinear");
            inputs.add(only ? all.getFirst().output() : input);
        }
        List<String> outputs = new ArrayList<>();
        for (String output : quantized.outputs()) {
            outputs.add(Optional.ofNullable(producers.get(output))
                    .filter(node -> node.op().type().equals("DequantizeLinear"))
                    .map(node -> node.input(0))
                    .orElse(output));
        }
        List<Node> nodes = Graph.live(quantized.nodes(), outputs).stream()
                .filter(node -> !inputs.contains(node.output()))
                .toList();
        return new Graph(quantized.name(), inputs, outputs, quantized.constants(), nodes, quantized.types());
    }

    private static List<Map<String, Tensor>> samples(Graph graph, double low, double high) {
        SplittableRandom random = new SplittableRandom(1);
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            Map<String, Tensor> sample = new LinkedHashMap<>();
            for (String input : graph.inputs()) {
                TensorType type = graph.type(input);
                sample.put(input, Tensor.filled(type, _ -> (float) random.nextDouble(low, high)));
            }
            samples.add(sample);
        }
        return samples;
    }
}
