package io.selvedge.compress.deploy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ModelBytes;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.partition.Part;
import io.selvedge.compiler.partition.Partition;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a model of which another runtime runs some parts as one bundle: fp32, nothing measured and nothing chosen. */
public final class HybridDeployer {
    private final DeployRequest request;
    private final Partition partition;
    private final Map<String, byte[]> parts = new TreeMap<>();
    private long arenaBytes;
    private long preparedBytes;

    private HybridDeployer(DeployRequest request, Partition partition) {
        this.request = request;
        this.partition = partition;
    }

    /** One golden vector: the bytes of every input and of every output, in the model's order. */
    public record Golden(List<byte[]> inputs, List<byte[]> outputs) {
        public Golden {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /** Runs a bundle that was just written; only who has the other runtime can. */
    @FunctionalInterface
    public interface Runner {
        Golden run(Path bundle);
    }

    /**
     * Compiles the native parts and writes {@code model.selv} and {@code model.onnx}.
     *
     * @return what was written
     * @throws SelvedgeException IO_ERROR, TOOLCHAIN_FAILED, BAD_OPTION
     */
    public static List<Path> deploy(
            DeployRequest request, Partition partition, Runner runner, ProgressListener progress) {
        try {
            return new HybridDeployer(request, partition).run(runner, progress);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the bundle cannot be written (" + IoReason.of(e)
                            + "); check space and permissions of the output folder",
                    e);
        }
    }

    private List<Path> run(Runner runner, ProgressListener progress) throws IOException {
        String sha256 = Deployer.sha256(request.model());
        try (Workshop workshop = new Workshop(request, sha256, progress)) {
            for (int i = 0; i < partition.parts().size(); i++) {
                Part part = partition.parts().get(i);
                progress.progress("compile parts", i, partition.parts().size());
                parts.put(Plan.entry(i, part), bytes(part, workshop));
            }
        }
        Graph whole = partition.whole();
        Manifest manifest = Manifest.withoutParts(
                whole.name(),
                sha256,
                BundleBuilder.specs(whole, whole.inputs()),
                BundleBuilder.specs(whole, whole.outputs()),
                arenaBytes,
                preparedBytes,
                request.threads().orElse(1),
                List.of());
        Path bundle = request.outputDir().resolve("model.selv");
        writer(manifest).write(bundle);
        progress.progress("run once for the golden vector", 0, 0);
        Golden golden = runner.run(bundle);
        writer(manifest).golden(golden.inputs(), golden.outputs()).write(bundle);
        Path onnx = request.outputDir().resolve("model.onnx");
        OnnxExporter.write(whole, onnx);
        return List.of(bundle, onnx);
    }

    private byte[] bytes(Part part, Workshop workshop) throws IOException {
        if (part.kind() == Part.Kind.DELEGATED) {
            return OnnxExporter.bytes(part.graph(), Map.of());
        }
        Workshop.PartBundle built = workshop.part(part.graph());
        arenaBytes += built.manifest().arenaBytes();
        preparedBytes += built.manifest().preparedBytes();
        return built.bytes();
    }

    private BundleWriter writer(Manifest manifest) throws IOException {
        BundleWriter writer = new BundleWriter(manifest)
                .part("weights.bin", new byte[0])
                .part(Plan.PART, new Plan(partition).tree().toPrettyString().getBytes(StandardCharsets.UTF_8));
        parts.forEach(writer::part);
        if (request.withSource()) {
            writer.part("model.onnx", ModelBytes.read(request.model()));
        }
        return writer;
    }
}
