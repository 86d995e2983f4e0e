package io.selvedge.compress.deploy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.runtime.StatePair;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The walk from a model file to the best bundle: import, simplify, build fp32, int8 and mixed candidates, load each as a device
 * would, measure accuracy on the user's data and latency here, choose under the budgets.
 */
public final class Deployer {
    private final DeployRequest request;
    private final ProgressListener progress;

    private Deployer(DeployRequest request, ProgressListener progress) {
        this.request = request;
        this.progress = progress;
    }

    /**
     * Builds, measures and chooses.
     *
     * @throws SelvedgeException with a code for every fault of model, data, options, tool chain or file system; when nothing
     *     fits the budgets the result says so instead
     */
    public static DeployResult deploy(DeployRequest request, ProgressListener progress) {
        try {
            return new Deployer(request, progress).run();
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "a file cannot be written or read (" + IoReason.of(e)
                            + "); check the space and permissions of the output folder and of "
                            + System.getProperty("java.io.tmpdir"),
                    e);
        }
    }

    private DeployResult run() throws IOException {
        int cores = Machine.host().cores();
        if (request.threads().orElse(1) > cores) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--threads " + request.threads().getAsInt() + ": this process may use " + cores
                            + (cores == 1 ? " processor" : " processors")
                            + ", and what is not measured here is not put into a bundle; give less, or deploy on the device");
        }
        return switch (request.data()) {
            case DeployData.None() -> run(Optional.empty());
            case DeployData.Given(Dataset calibration, Dataset evaluation, Metric metric) ->
                run(Optional.of(new EvaluationData(Optional.of(calibration), evaluation, metric, "the data set")));
            case DeployData.Described(Path file) -> {
                progress.progress("open the data", 0, 0);
                try (DataSource source = DataSource.open(file)) {
                    yield run(Optional.of(new EvaluationData(
                            source.calibration(),
                            source.evaluation(),
                            MetricCatalog.named(source.metric()),
                            "'" + file + "'")));
                }
            }
        };
    }

    private DeployResult run(Optional<EvaluationData> data) throws IOException {
        if (data.isEmpty() && request.budgets().maxDrop().isPresent()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--max-drop needs --data: without data nobody knows what a candidate loses; describe some, or leave the"
                            + " budget out");
        }
        data.ifPresent(Deployer::requireTwoSamples);
        progress.progress("import the model", 0, 0);
        Bindings bindings = Bindings.read(request.model(), request.bindings(), data);
        String sha256 = sha256(request.model());
        for (Graph graph : bindings.graphs()) {
            checkStates(graph, data);
        }
        try (Workshop workshop = new Workshop(request, sha256, progress)) {
            return new Search(request, progress, workshop, bindings, data, sha256).run();
        }
    }

    private void checkStates(Graph graph, Optional<EvaluationData> data) {
        if (!request.states().isEmpty() && data.isPresent()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--state and --data do not go together yet: the samples of a stream hang on each other, and candidates are"
                            + " judged by single samples. Leave --data out for an fp32 bundle with states");
        }
        for (StatePair state : request.states()) {
            requireNamed(state, "output", state.output(), graph.outputs());
            requireNamed(state, "input", state.input(), graph.inputs());
            TensorType from = graph.type(state.output());
            TensorType to = graph.type(state.input());
            if (!from.equals(to)) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "--state " + state + ": the output is " + from + " and the input " + to
                                + "; a state must keep its type and shape from call to call");
            }
        }
    }

    private static void requireNamed(StatePair state, String kind, String name, List<String> names) {
        if (!names.contains(name)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--state " + state + ": the model has no " + kind + " '" + name + "'; it has " + names);
        }
    }

    /** Said before anything is compiled. */
    private static void requireTwoSamples(EvaluationData data) {
        int samples = data.evaluation().size();
        if (samples < 2) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA,
                    data.where() + " has " + (samples == 0 ? "no sample" : "1 sample")
                            + " to evaluate; it needs at least 2, half of them to choose by and half to report");
        }
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[1 << 16];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                digest.update(piece, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
