package io.selvedge.bench;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.testkit.net.Network;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Networks without a file of their own, as {@code NAME.onnx} and, where layers can be quantised, {@code NAME-int8.onnx}. */
final class NetworkFiles {
    private NetworkFiles() {}

    static void write(Path folder, PrintStream progress) throws IOException {
        Files.createDirectories(folder);
        for (Network network : Network.all()) {
            Graph graph = network.graph();
            OnnxExporter.write(graph, folder.resolve(network.name() + ".onnx"));
            Graph simplified = Compiler.simplify(graph);
            if (isQuantizable(simplified)) {
                OnnxExporter.write(QuantizedForm.of(simplified), folder.resolve(network.name() + "-int8.onnx"));
            }
            progress.println(network.name());
        }
    }

    /** Whether all of its products are; the matrix products of a transformer would stay in float. */
    private static boolean isQuantizable(Graph simplified) {
        return !Quantizer.quantizableNodes(simplified).isEmpty()
                && simplified.nodes().stream()
                        .noneMatch(node -> node.op().type().equals("MatMul"));
    }
}
