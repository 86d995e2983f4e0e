package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A candidate that was compiled, bundled and loaded as a device would load it. */
record Build(
        String name,
        Candidate.Dtype dtype,
        Graph graph,
        Set<String> keepFloat,
        Compiler.Compilation compilation,
        Path bundle,
        Model model,
        Session session)
        implements AutoCloseable {

    List<Program.Step> steps() {
        return compilation.planned().program().steps();
    }

    /** {@code int8} for steps that write 8-bit values, else {@code fp32}. */
    String dtype(Program.Step step) {
        Program program = compilation.planned().program();
        Kernel kernel = step.kernel();
        return program.buffer(kernel.writes()).dtype().bytes() == 1 ? "int8" : "fp32";
    }

    /** Names of the graph nodes that a step computes. */
    static List<String> nodes(Program.Step step) {
        return List.of(step.name().split(" \\+ ", -1));
    }

    /** What each graph node that a step computes is computed in, by the node's name. */
    Map<String, String> dtypes() {
        Map<String, String> dtypes = new HashMap<>();
        for (Program.Step step : steps()) {
            for (String node : nodes(step)) {
                dtypes.put(node, dtype(step));
            }
        }
        return dtypes;
    }

    long bundleBytes() {
        try {
            return Files.size(bundle);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
