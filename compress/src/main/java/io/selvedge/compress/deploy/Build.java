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
import java.util.List;
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
