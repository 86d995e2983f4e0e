package io.selvedge.bench;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.binary.ProgramBinary;
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
import java.util.Objects;

/** Builds a graph for targets that run here and writes it as a bundle, without vectors and source. */
final class BundleFile {
    private BundleFile() {}

    /**
     * Writes the bundle.
     *
     * @param simplified plain ONNX operators
     * @param targets best first
     */
    static Bytes write(Compiler compiler, Graph simplified, List<Target> targets, Path file) throws IOException {
        Compiler.Compilation compilation = compiler.compile(simplified, targets);
        Manifest manifest = Manifest.withoutParts(
                simplified.name(),
                "0".repeat(64),
                specs(simplified, simplified.inputs()),
                specs(simplified, simplified.outputs()),
                compilation.planned().arenaBytes(),
                compilation.preparedBytes(),
                1,
                targets.stream()
                        .map(target ->
                                io.selvedge.runtime.Target.linux(target.name(), target.arch(), target.cpuFlags()))
                        .toList());
        BundleWriter writer = new BundleWriter(manifest)
                .part("weights.bin", compilation.planned().packedWeights())
                .part("program.bin", ProgramBinary.write(compilation.planned()));
        for (Target target : targets) {
            writer.part("lib/" + target.name() + "/model.so", library(compilation, target));
        }
        writer.write(file);
        return new Bytes(compilation.planned().weightBytes(), library(compilation, targets.getFirst()).length);
    }

    /** @param code of the first target's library */
    record Bytes(long weights, long code) {}

    private static byte[] library(Compiler.Compilation compilation, Target target) {
        return Objects.requireNonNull(compilation.libraries().get(target.name()));
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
