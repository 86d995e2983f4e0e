package io.selvedge.bench;

import io.selvedge.cli.Version;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.ModelBytes;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.deploy.OpenDimensions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds contenders of one model in a temporary folder and lets them race. */
final class Workshop implements AutoCloseable {
    private static final long SEED = 1;

    private final Path model;
    private final ImportOptions shapes;
    private final Optional<Path> data;
    private final int threads;
    private final int load;
    private final Graph graph;
    private final WorkFolder folder;
    private final Target target = HostCpu.detect().best();
    private final Compiler compiler = new Compiler(Toolchain.bundled());

    /** @param load busy processes beside which everything is measured once more; 0 for none */
    Workshop(Path model, ImportOptions shapes, Optional<Path> data, int threads, int load) throws IOException {
        this.model = model;
        this.shapes = data.isEmpty() ? shapes : bound(model, shapes, data.get());
        this.data = data;
        this.threads = threads;
        this.load = load;
        this.graph = ModelReader.read(model, this.shapes);
        this.folder = WorkFolder.create("bench");
    }

    private static ImportOptions bound(Path model, ImportOptions shapes, Path data) {
        try (DataSource source = DataSource.open(data)) {
            return OpenDimensions.bind(model, shapes, source.evaluation().inputs(), "'" + data + "'");
        }
    }

    /** What can be measured: a quantised model as it is, an fp32 model and its quantised form if that is given. */
    List<String> dtypes(Optional<Path> quantized) {
        return isQuantized(graph) ? List.of("int8") : quantized.isPresent() ? List.of("fp32", "int8") : List.of("fp32");
    }

    private static boolean isQuantized(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.op().type().equals("QuantizeLinear"));
    }

    /** @throws SelvedgeException BAD_OPTION when the model has no form in that dtype */
    BenchResult race(String dtype, Optional<Path> quantized, double seconds) throws IOException {
        boolean int8 = dtype.equals("int8");
        if (!int8 && isQuantized(graph)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--dtype fp32: " + model + " is quantised; give the fp32 model");
        }
        if (!int8) {
            return race(dtype, model, graph, Optional.empty(), seconds);
        }
        if (isQuantized(graph)) {
            return race(dtype, model, graph, Optional.empty(), seconds);
        }
        Path form = quantized.orElseThrow(
                () -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--dtype int8 needs the quantised form: run 'selvedge deploy' and give its model.onnx as --int8-model"));
        return race(dtype, form, ModelReader.read(form, shapes), Optional.of(model), seconds);
    }

    /** @param fp32 a second form for the peer, so that it may win with it */
    private BenchResult race(String dtype, Path form, Graph formGraph, Optional<Path> fp32, double seconds)
            throws IOException {
        Path bundle = folder.path().resolve(dtype + ".selv");
        BundleFile.write(compiler, Compiler.simplify(formGraph), List.of(target), bundle);
        Sample sample = sample(formGraph);
        List<Contender> contenders = new ArrayList<>();
        try {
            contenders.add(new SelvedgeContender(bundle, sample, Version.text(), threads));
            Path onnx = form;
            if (ModelReader.isTflite(form)) {
                contenders.add(new TfliteContender(ModelBytes.read(form), formGraph, sample));
                onnx = folder.path().resolve(dtype + ".onnx");
                OnnxExporter.write(Compiler.simplify(formGraph), onnx);
            }
            contenders.add(new OnnxRuntimeContender("onnxruntime-" + dtype, onnx, formGraph, sample, threads));
            if (fp32.isPresent()) {
                contenders.add(new OnnxRuntimeContender("onnxruntime-fp32", fp32.get(), graph, sample(graph), threads));
            }
            List<Race.Lap> laps = new Race(contenders, seconds).run();
            List<BenchResult.Peer> peers = new ArrayList<>();
            for (int i = 1; i < laps.size(); i++) {
                peers.add(new BenchResult.Peer(
                        contenders.get(i).name(), contenders.get(i).version(), laps.get(i)));
            }
            double maxError = BenchResult.maxError(
                    contenders.get(0).outputs(), contenders.get(1).outputs());
            return new BenchResult(
                    String.valueOf(model.getFileName()),
                    dtype,
                    threads,
                    laps.getFirst(),
                    peers,
                    maxError,
                    underLoad(contenders, laps, seconds));
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private List<BenchResult.UnderLoad> underLoad(List<Contender> contenders, List<Race.Lap> idle, double seconds)
            throws IOException {
        List<BenchResult.UnderLoad> rows = new ArrayList<>();
        if (load > 0) {
            try (BusyProcesses _ = new BusyProcesses(load)) {
                for (int i = 0; i < idle.size(); i++) {
                    Race.Lap lap =
                            new Race(List.of(contenders.get(i)), seconds).run().getFirst();
                    rows.add(new BenchResult.UnderLoad(
                            contenders.get(i).name(), idle.get(i).microsP95(), lap.microsP95()));
                }
            }
        }
        return rows;
    }

    private Sample sample(Graph of) {
        if (data.isEmpty()) {
            return Sample.random(of, SEED);
        }
        try (DataSource source = DataSource.open(data.get())) {
            source.requireInputs(ModelInputs.of(of));
            return Sample.of(of, source.evaluation().get(0).inputs());
        }
    }

    @Override
    public void close() {
        folder.close();
    }
}
