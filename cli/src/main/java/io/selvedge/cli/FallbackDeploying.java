package io.selvedge.cli;

import io.selvedge.compiler.partition.Partition;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.HybridDeployer;
import io.selvedge.compress.deploy.Plan;
import io.selvedge.fallback.HybridModel;
import io.selvedge.fallback.HybridSession;
import io.selvedge.runtime.TensorBuffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** {@code deploy --fallback}: one fp32 bundle, and a table of what runs where instead of a report. */
record FallbackDeploying(Console console, Path out, boolean json) {
    private static final long SPARE_BYTES = 2 << 20;

    int run(Function<Path, DeployRequest> request, long modelBytes, Partition partition) {
        try (OutputFolder output = OutputFolder.open(out, 3 * modelBytes + SPARE_BYTES)) {
            List<Path> written;
            try (ProgressLine progress = new ProgressLine(console)) {
                written = HybridDeployer.deploy(
                        request.apply(output.staging()), partition, FallbackDeploying::golden, progress);
            }
            List<Path> published = output.publish(written.stream()
                    .map(file -> String.valueOf(file.getFileName()))
                    .toList());
            if (json) {
                console.out().println(new Plan(partition).tree().toPrettyString());
            } else {
                console.out().println("fp32, not measured; loads with io.selvedge.fallback.HybridModel");
                Boundary.lines(new Plan(partition).tree()).forEach(console.out()::println);
                console.out().println();
                published.forEach(file -> console.out().println("Wrote " + file));
            }
        }
        return 0;
    }

    /** What comes out for zeros, as for every bundle that is deployed without data. */
    private static HybridDeployer.Golden golden(Path bundle) {
        try (HybridModel model = HybridModel.load(bundle);
                HybridSession session = model.newSession()) {
            session.run();
            return new HybridDeployer.Golden(copies(session.inputs()), copies(session.outputs()));
        }
    }

    private static List<byte[]> copies(List<TensorBuffer> tensors) {
        return tensors.stream()
                .map(tensor -> {
                    ByteBuffer bytes = tensor.bytes();
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    return copy;
                })
                .toList();
    }
}
