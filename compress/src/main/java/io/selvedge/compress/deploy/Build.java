package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.compress.tune.TunedForms;
import io.selvedge.runtime.Binding;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A candidate that was compiled, bundled and loaded as a device would load it. */
record Build(
        String name,
        Candidate.Dtype dtype,
        Graph graph,
        Set<String> keepFloat,
        List<Compiler.Compilation> compilations,
        TunedForms tuned,
        Path bundle,
        Model model,
        Session session)
        implements AutoCloseable {
    Build {
        compilations = List.copyOf(compilations);
    }

    /** The first binding's, whose session is judged. */
    Compiler.Compilation compilation() {
        return compilations.getFirst();
    }

    /** Length of weights.bin, which the bindings share. */
    int weightBytes() {
        return compilations.getLast().planned().weightBytes();
    }

    /** What every binding costs; nothing when there is but one. */
    List<BindingFinding> bindings(Optional<Stopwatch.Latency> first, String target, ProgressListener progress) {
        if (compilations.size() == 1) {
            return List.of();
        }
        List<Binding> all = model.bindings();
        List<Session> further = new ArrayList<>();
        try {
            for (Binding binding : all.subList(1, all.size())) {
                further.add(model.newSession(binding.dims()));
            }
            List<Stopwatch.Latency> latencies = new ArrayList<>();
            first.ifPresent(measured -> {
                latencies.add(measured);
                latencies.addAll(Stopwatch.measure(further, progress));
            });
            List<BindingFinding> findings = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                findings.add(new BindingFinding(
                        all.get(i).text(),
                        latencies.isEmpty()
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(latencies.get(i).microsP50()),
                        latencies.isEmpty()
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(latencies.get(i).microsP95()),
                        all.get(i).arenaBytes(),
                        all.get(i).preparedBytes(),
                        compilations.get(i).codeBytes(target)));
            }
            return findings;
        } finally {
            further.forEach(Session::close);
        }
    }

    List<Program.Step> steps() {
        return compilation().planned().program().steps();
    }

    /** {@code int8} for steps that write 8-bit values, else {@code fp32}. */
    String dtype(Program.Step step) {
        Program program = compilation().planned().program();
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

    /** Length of weights.bin in the bundle, coded or not. */
    long storedWeightBytes() {
        try (Bundle file = Bundle.open(bundle)) {
            return file.storedLength("weights.bin");
        }
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
