package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compress.deploy.BundleBuilder;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ProgramExecutor;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.StatePair;
import io.selvedge.runtime.TensorBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A graph as a device meets it: compiled, bundled, loaded from the bundle, with a session for every target of this machine. */
final class NativeModel implements AutoCloseable {
    private final Compiler.Compilation compilation;
    private final Map<Target, Session> sessions = new LinkedHashMap<>();
    private final Session inJava;

    private NativeModel(Compiler.Compilation compilation, Session inJava) {
        this.compilation = compilation;
        this.inJava = inJava;
    }

    /** The targets whose code this machine runs, best first. */
    static List<Target> targets() {
        return HostCpu.detect().targets();
    }

    /**
     * Writes a bundle and loads it once per target.
     *
     * @param spareBytes working memory that sessions get beyond what was planned
     */
    static NativeModel load(Compiler.Compilation compilation, int spareBytes, Path folder) {
        return load(compilation, spareBytes, List.of(), folder);
    }

    /** The same, with outputs that a session carries over to inputs of the next call. */
    static NativeModel load(Compiler.Compilation compilation, int spareBytes, List<StatePair> states, Path folder) {
        List<Target> targets = compilation.libraries().keySet().stream()
                .map(TargetCatalog::byName)
                .toList();
        PlannedProgram planned = compilation.planned();
        Compiler.Compilation spacious = new Compiler.Compilation(
                compilation.simplified(),
                compilation.fused(),
                new PlannedProgram(
                        planned.program(),
                        planned.offsets(),
                        planned.arenaBytes() + spareBytes,
                        planned.weightOffsets(),
                        planned.weightBytes(),
                        planned.preparedOffsets(),
                        planned.preparedBytes()),
                compilation.libraries(),
                compilation.tiles(),
                compilation.forms(),
                compilation.preparedBytes());
        try {
            Path bundle = Files.createTempFile(folder, "model-", ".selv");
            new BundleBuilder(spacious, targets, "0".repeat(64), states, Optional.empty())
                    .write(bundle, List.of(), LoadOptions.defaults());
            LoadOptions java = LoadOptions.defaults().withTarget(ProgramExecutor.TARGET);
            NativeModel loaded =
                    new NativeModel(compilation, Model.load(bundle, java).newSession());
            for (Target target : targets) {
                LoadOptions options =
                        LoadOptions.defaults().withTarget(target.name()).withLibraryFolder(folder.resolve("lib"));
                loaded.sessions.put(target, Model.load(bundle, options).newSession());
            }
            Files.delete(bundle);
            return loaded;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The fused graph: its inputs and outputs are those of the code. */
    Graph graph() {
        return compilation.fused();
    }

    PlannedProgram planned() {
        return compilation.planned();
    }

    int codeBytes(Target target) {
        return compilation.codeBytes(target.name());
    }

    Map<Target, Session> sessions() {
        return sessions;
    }

    /** On the best target. */
    Session session() {
        return sessions.values().iterator().next();
    }

    /** By the executor that runs the bundle's program without native code. */
    Session inJava() {
        return inJava;
    }

    Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return run(session(), inputs);
    }

    /** Outputs by name. */
    Map<String, Tensor> run(Session session, Map<String, Tensor> inputs) {
        put(session, inputs);
        session.run();
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (TensorBuffer output : session.outputs()) {
            outputs.put(output.name(), Tensor.of(graph().type(output.name()), bytes(output)));
        }
        return outputs;
    }

    static void put(Session session, Map<String, Tensor> inputs) {
        for (TensorBuffer input : session.inputs()) {
            input.bytes()
                    .put(Objects.requireNonNull(inputs.get(input.name()), input.name())
                            .bytes());
        }
    }

    static byte[] bytes(TensorBuffer tensor) {
        ByteBuffer bytes = tensor.bytes();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    @Override
    public void close() {
        inJava.close();
        inJava.model().close();
        for (Session session : sessions.values()) {
            session.close();
            session.model().close();
        }
    }
}
