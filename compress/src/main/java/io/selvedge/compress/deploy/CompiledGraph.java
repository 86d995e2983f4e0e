package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One graph as native code for this machine, loaded; its files go when it is closed. */
public final class CompiledGraph implements AutoCloseable {
    private final Compiler.Compilation compilation;
    private final WorkFolder folder;
    private final Model model;
    private final Session session;

    /**
     * Compiles and loads.
     *
     * @param graph simplified, in float or quantised
     * @throws SelvedgeException UNSUPPORTED_OP, TOOLCHAIN_FAILED, IO_ERROR, ...
     */
    public CompiledGraph(Compiler compiler, Graph graph) {
        Target target = HostCpu.detect().best();
        this.compilation = compiler.compile(graph, List.of(target));
        try {
            this.folder = WorkFolder.in(UserCache.ofUser().folder("work"), "graph-");
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "no folder for compiled code: " + IoReason.of(e), e);
        }
        LoadOptions options = LoadOptions.defaults().withTarget(target.name()).withLibraryFolder(folder.path());
        Path bundle = folder.path().resolve("graph.selv");
        new BundleBuilder(compilation, List.of(target), "0".repeat(64), List.of(), Optional.empty())
                .write(bundle, List.of(), options);
        this.model = Workshop.loaded(bundle, options);
        this.session = model.newSession();
    }

    /** Runs samples. */
    public SessionRunner runner() {
        return new SessionRunner(session);
    }

    /** Shows every output, which for {@link NativeActivations#exposing} is every activation. */
    public NativeActivations activations() {
        return new NativeActivations(compilation.fused(), session);
    }

    /** Microseconds by the name of a node; what one step computes of several nodes counts for the first of them. */
    public Map<String, Double> microsByNode() {
        List<Program.Step> steps = compilation.planned().program().steps();
        double[] micros = Stopwatch.steps(session, steps.size());
        Map<String, Double> byNode = new HashMap<>();
        for (int i = 0; i < micros.length; i++) {
            byNode.merge(Build.nodes(steps.get(i)).getFirst(), micros[i], Double::sum);
        }
        return byNode;
    }

    /** Length of the weights in a bundle that stores them coded. */
    public long codedWeightBytes() {
        Path bundle = folder.path().resolve("coded.selv");
        new BundleBuilder(compilation, List.of(HostCpu.detect().best()), "0".repeat(64), List.of(), Optional.empty())
                .coded()
                .write(bundle, List.of(), LoadOptions.defaults().withLibraryFolder(folder.path()));
        try (Bundle coded = Bundle.open(bundle)) {
            return coded.storedLength("weights.bin");
        }
    }

    @Override
    public void close() {
        session.close();
        model.close();
        folder.close();
    }
}
