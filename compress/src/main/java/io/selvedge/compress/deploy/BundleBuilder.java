package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.binary.ProgramBinary;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Trim;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.ProgramText;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.runtime.Binding;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Writes a compilation, or several of one model with other extents, as a bundle, with golden vectors that its own code computed. */
public final class BundleBuilder {
    private final List<Compiler.Compilation> compilations;
    private final List<Map<String, Integer>> dims;
    private final List<Target> targets;
    private final String modelSha256;
    private final List<StatePair> states;
    private final Optional<byte[]> source;
    private final int threads;
    private final boolean coded;

    /** A bundle of one binding, for one thread. */
    public BundleBuilder(
            Compiler.Compilation compilation,
            List<Target> targets,
            String modelSha256,
            List<StatePair> states,
            Optional<byte[]> source) {
        this(List.of(compilation), List.of(Map.of()), targets, modelSha256, states, source, 1);
    }

    /**
     * A bundle of as many bindings as compilations.
     *
     * @param compilations from one call of the compiler, so that they share their weights
     * @param dims extents by the dimension's name, one for each compilation
     * @param threads of a session
     */
    public BundleBuilder(
            List<Compiler.Compilation> compilations,
            List<Map<String, Integer>> dims,
            List<Target> targets,
            String modelSha256,
            List<StatePair> states,
            Optional<byte[]> source,
            int threads) {
        this(compilations, dims, targets, modelSha256, states, source, threads, false);
    }

    private BundleBuilder(
            List<Compiler.Compilation> compilations,
            List<Map<String, Integer>> dims,
            List<Target> targets,
            String modelSha256,
            List<StatePair> states,
            Optional<byte[]> source,
            int threads,
            boolean coded) {
        this.compilations = List.copyOf(compilations);
        this.dims = List.copyOf(dims);
        this.targets = targets;
        this.modelSha256 = modelSha256;
        this.states = List.copyOf(states);
        this.source = source;
        this.threads = threads;
        this.coded = coded;
    }

    /** The same, its parts in a form that takes less, with one golden vector at most for each binding. */
    BundleBuilder coded() {
        return new BundleBuilder(compilations, dims, targets, modelSha256, states, source, threads, true);
    }

    /**
     * Writes the bundle.
     *
     * @param golden samples of the first binding whose outputs are stored as golden vectors, with those of zeros for the further
     *     ones; they need a target that this machine runs
     * @param loading how to load the code that computes them
     */
    public void write(Path file, List<Map<String, float[]>> golden, LoadOptions loading) {
        write(file, golden, file, loading);
    }

    /** @param runnable a bundle of the same compilations that this machine runs, {@code file} or another one */
    void write(Path file, List<Map<String, float[]>> golden, Path runnable, LoadOptions loading) {
        try {
            BundleWriter writer = writer();
            writer.write(file);
            if (golden.isEmpty()) {
                return;
            }
            List<Map<String, float[]>> stored = coded
                    ? List.of(FewLevels.of(
                            golden.getFirst(), compilations.getFirst().fused()))
                    : golden;
            try (Model model = Workshop.loaded(runnable, loading)) {
                try (Session session = model.newSession()) {
                    add(writer, session, stored);
                }
                for (int i = 1; i < compilations.size(); i++) {
                    try (Session session =
                            model.newSession(model.bindings().get(i).dims())) {
                        add(writer, session, List.of(zeros(compilations.get(i).fused())));
                    }
                }
            }
            writer.write(file);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the bundle " + file + " cannot be written (" + IoReason.of(e) + "); free some space",
                    e);
        }
    }

    private static void add(BundleWriter writer, Session session, List<Map<String, float[]>> samples) {
        SessionRunner runner = new SessionRunner(session);
        for (Map<String, float[]> sample : samples) {
            session.resetStates();
            runner.run(sample);
            writer.golden(session.binding(), copies(session.inputs()), copies(session.outputs()));
        }
    }

    /** A sample of nothing, for a graph without data. */
    static Map<String, float[]> zeros(Graph graph) {
        Map<String, float[]> zeros = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            zeros.put(input, new float[Math.toIntExact(graph.type(input).shape().elements())]);
        }
        return zeros;
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
        // The runtime takes the first library that its CPU runs, so the best come first, whatever was measured.
        List<io.selvedge.runtime.Target> libraries = TargetCatalog.all().stream()
                .filter(targets::contains)
                .map(t -> io.selvedge.runtime.Target.of(t.name(), t.os(), t.arch(), t.cpuFlags(), t.library()))
                .toList();
        Compiler.Compilation first = compilations.getFirst();
        Manifest manifest = Manifest.withoutParts(
                        first.fused().name(),
                        modelSha256,
                        specs(first.fused(), first.fused().inputs()),
                        specs(first.fused(), first.fused().outputs()),
                        first.planned().arenaBytes(),
                        first.preparedBytes(),
                        threads,
                        libraries)
                .withStates(states);
        if (compilations.size() > 1) {
            manifest = manifest.withBindings(new TreeMap<>(dims.getFirst()), further());
        }
        BundleWriter writer = new BundleWriter(manifest);
        writer.part(
                "weights.bin",
                PlannedProgram.packedWeights(
                        compilations.stream().map(Compiler.Compilation::planned).toList()));
        for (int i = 0; i < compilations.size(); i++) {
            Binding binding = manifest.bindings().get(i);
            Compiler.Compilation compilation = compilations.get(i);
            libraries.forEach(library -> writer.part(
                    binding.part(library.path()),
                    Objects.requireNonNull(compilation.libraries().get(library.name()))));
            writer.part(binding.part("program.bin"), ProgramBinary.write(compilation.planned()));
            // For people; a bundle that is to be small has the program once.
            if (!coded) {
                writer.part(
                        binding.part("program.txt"),
                        ProgramText.dump(compilation.planned()).getBytes(StandardCharsets.UTF_8));
            }
            writer.part(binding.part(StepSheet.PART), StepSheet.of(compilation).bytes());
        }
        source.ifPresent(bytes -> writer.part("model.onnx", bytes));
        if (coded) {
            TreeSet<Integer> cuts = new TreeSet<>();
            compilations.forEach(
                    compilation -> cuts.addAll(compilation.planned().weightOffsets()));
            writer.coded(cuts);
        }
        return writer;
    }

    private List<Binding> further() {
        List<Binding> further = new ArrayList<>();
        for (int i = 1; i < compilations.size(); i++) {
            Graph graph = compilations.get(i).fused();
            further.add(new Binding(
                    new TreeMap<>(dims.get(i)),
                    specs(graph, graph.inputs()),
                    specs(graph, graph.outputs()),
                    compilations.get(i).planned().arenaBytes(),
                    compilations.get(i).preparedBytes(),
                    String.valueOf(i + 1)));
        }
        return further;
    }

    static List<TensorSpec> specs(Graph graph, List<String> values) {
        Map<String, TensorSpec.OpenAxis> open = new HashMap<>();
        Trim.nodes(graph)
                .forEach((output, trim) ->
                        open.put(output, new TensorSpec.OpenAxis(((Trim) trim.op()).axis(), trim.input(1))));
        List<TensorSpec> specs = new ArrayList<>();
        for (String value : values) {
            TensorType type = graph.type(value);
            specs.add(new TensorSpec(
                    value,
                    DType.valueOf(type.dtype().name()),
                    Arrays.stream(type.shape().extents()).boxed().toList(),
                    Optional.empty(),
                    Optional.ofNullable(open.get(value))));
        }
        return specs;
    }
}
