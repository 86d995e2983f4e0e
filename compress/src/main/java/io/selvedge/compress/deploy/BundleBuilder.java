package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ProgramText;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.StatePair;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Writes a compilation as a bundle, with golden vectors that its own code computed. */
public final class BundleBuilder {
    private final Compiler.Compilation compilation;
    private final List<Target> targets;
    private final String modelSha256;
    private final List<StatePair> states;
    private final Optional<byte[]> source;

    public BundleBuilder(
            Compiler.Compilation compilation,
            List<Target> targets,
            String modelSha256,
            List<StatePair> states,
            Optional<byte[]> source) {
        this.compilation = compilation;
        this.targets = targets;
        this.modelSha256 = modelSha256;
        this.states = List.copyOf(states);
        this.source = source;
    }

    /**
     * Writes the bundle.
     *
     * @param golden samples whose outputs are stored as golden vectors; they need a target that this machine runs
     * @param loading how to load the code that computes them
     */
    public void write(Path file, List<Map<String, float[]>> golden, LoadOptions loading) {
        try {
            writer().write(file);
            if (golden.isEmpty()) {
                return;
            }
            BundleWriter full = writer();
            try (Model model = Workshop.loaded(file, loading);
                    Session session = model.newSession()) {
                SessionRunner runner = new SessionRunner(session);
                for (Map<String, float[]> sample : golden) {
                    session.resetStates();
                    runner.run(sample);
                    full.golden(copies(session.inputs()), copies(session.outputs()));
                }
            }
            full.write(file);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the bundle " + file + " cannot be written (" + IoReason.of(e) + "); free some space",
                    e);
        }
    }

    private static List<byte[]> copies(List<TensorBuffer> tensors) {
        List<byte[]> copies = new ArrayList<>();
        for (TensorBuffer tensor : tensors) {
            ByteBuffer bytes = tensor.bytes();
            bytes.rewind();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            copies.add(copy);
        }
        return copies;
    }

    private BundleWriter writer() {
        Graph graph = compilation.fused();
        // The runtime takes the first library that its CPU runs, so the best come first, whatever was measured.
        List<io.selvedge.runtime.Target> libraries = TargetCatalog.all().stream()
                .filter(targets::contains)
                .map(t -> io.selvedge.runtime.Target.linux(t.name(), t.arch(), t.cpuFlags()))
                .toList();
        Manifest manifest = Manifest.withoutParts(
                graph.name(),
                modelSha256,
                specs(graph, graph.inputs()),
                specs(graph, graph.outputs()),
                compilation.planned().arenaBytes(),
                compilation.planned().preparedBytes(),
                1,
                libraries);
        BundleWriter writer = new BundleWriter(manifest.withStates(states));
        writer.part("weights.bin", compilation.planned().packedWeights());
        libraries.forEach(library -> writer.part(
                library.path(), Objects.requireNonNull(compilation.libraries().get(library.name()))));
        writer.part(
                "program.txt",
                ProgramText.dump(compilation.planned()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        source.ifPresent(bytes -> writer.part("model.onnx", bytes));
        return writer;
    }

    static List<TensorSpec> specs(Graph graph, List<String> values) {
        List<TensorSpec> specs = new ArrayList<>();
        for (String value : values) {
            TensorType type = graph.type(value);
            specs.add(TensorSpec.of(
                    value,
                    DType.valueOf(type.dtype().name()),
                    Arrays.stream(type.shape().extents()).boxed().toList()));
        }
        return specs;
    }
}
