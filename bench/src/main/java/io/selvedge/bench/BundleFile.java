package io.selvedge.bench;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.target.Target;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Builds a graph for this machine and writes it as a bundle, without vectors and source. */
final class BundleFile {
    private BundleFile() {}

    /**
     * Writes the bundle.
     *
     * @param simplified plain ONNX operators
     * @return bytes of weights
     */
    static long write(Compiler compiler, Graph simplified, Target target, Path file) throws IOException {
        Compiler.Compilation compilation = compiler.compile(simplified, List.of(target));
        Manifest manifest = Manifest.withoutParts(
                simplified.name(),
                "0".repeat(64),
                specs(simplified, simplified.inputs()),
                specs(simplified, simplified.outputs()),
                compilation.planned().arenaBytes(),
                compilation.preparedBytes(),
                1,
                List.of(io.selvedge.runtime.Target.linux(target.name(), target.arch(), target.cpuFlags())));
        new BundleWriter(manifest)
                .part("weights.bin", compilation.planned().packedWeights())
                .part(
                        "lib/" + target.name() + "/model.so",
                        java.util.Objects.requireNonNull(compilation.libraries().get(target.name())))
                .write(file);
        return compilation.planned().weightBytes();
    }

    private static List<TensorSpec> specs(Graph graph, List<String> values) {
        return values.stream().map(value -> spec(value, graph.type(value))).toList();
    }

    private static TensorSpec spec(String name, TensorType type) {
        return TensorSpec.of(
                name,
                DType.named(type.dtype().text()).orElseThrow(),
                Arrays.stream(type.shape().extents()).boxed().toList());
    }
}
