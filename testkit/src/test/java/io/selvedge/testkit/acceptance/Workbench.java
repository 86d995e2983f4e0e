package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.runtime.StatePair;
import io.selvedge.testkit.emulation.EmulatedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What all tests of this package compile once and share; gone with its folder after the last of them. */
final class Workbench implements AutoCloseable {
    private static final int CALIBRATION = 40;

    private final Path folder;
    private final Map<RealModel, Compiler.Compilation> asGiven = new ConcurrentHashMap<>();
    private final Map<RealModel, Compiler.Compilation> integers = new ConcurrentHashMap<>();

    private Workbench() {
        try {
            folder = Files.createTempDirectory("selvedge-acceptance-");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Gives tests the workbench of this run as a parameter. */
    static final class Shared implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Workbench.class;
        }

        @Override
        public Workbench resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.create(Workbench.class))
                    .computeIfAbsent(Workbench.class, _ -> new Workbench(), Workbench.class);
        }
    }

    Path folder() {
        return folder;
    }

    Path file(RealModel model) {
        return model.file(folder);
    }

    Graph simplified(RealModel model) {
        return Compiler.simplify(model.graph(folder));
    }

    /** For the best target of this machine alone, a bundle of its own. */
    NativeModel best(Graph simplified) {
        return load(compile(simplified, NativeModel.targets().subList(0, 1)));
    }

    /** For the best target of this machine alone, with states that go from call to call. */
    NativeModel streaming(Graph simplified, List<StatePair> states) {
        return NativeModel.load(compile(simplified, NativeModel.targets().subList(0, 1)), 0, states, folder);
    }

    /** For all targets of this machine, a bundle of its own. */
    NativeModel everywhere(Graph simplified) {
        return load(compile(simplified, NativeModel.targets()));
    }

    NativeModel load(Compiler.Compilation compilation) {
        return NativeModel.load(compilation, 0, folder);
    }

    /** The model as it came, for all targets of this machine. */
    Compiler.Compilation asGiven(RealModel model) {
        return asGiven.computeIfAbsent(model, _ -> compile(simplified(model), NativeModel.targets()));
    }

    /** The quantised model with the last integers before every output among its outputs, for all targets of this machine. */
    Compiler.Compilation integers(RealModel model) {
        return integers.computeIfAbsent(model, _ -> {
            Graph simplified = simplified(model);
            Graph quantized = model.isQuantized()
                    ? simplified
                    : Calibrated.quantize(simplified, Samples.real(model, simplified, CALIBRATION), this);
            return compile(showingLastIntegers(quantized), NativeModel.targets());
        });
    }

    private static Compiler.Compilation compile(Graph simplified, List<io.selvedge.compiler.target.Target> targets) {
        return new Compiler(Toolchain.bundled()).compile(simplified, targets);
    }

    /** The code of a program for a target that an emulator runs. */
    EmulatedModel emulated(PlannedProgram planned, io.selvedge.compiler.target.Target target) {
        byte[] library = new Compiler(Toolchain.bundled()).library(CEmitter.emit(planned, target), target);
        return EmulatedModel.of(planned, target, library, folder);
    }

    private static Graph showingLastIntegers(Graph graph) {
        Map<String, Node> producers = graph.producers();
        Set<String> found = new TreeSet<>();
        graph.outputs().forEach(output -> findIntegers(graph, producers, output, found));
        List<String> outputs = new ArrayList<>(graph.outputs());
        found.stream().filter(value -> !outputs.contains(value)).forEach(outputs::add);
        return new Graph(graph.name(), graph.inputs(), outputs, graph.constants(), graph.nodes(), graph.types());
    }

    /** Behind an output that is an integer itself the search goes on: a softmax may lie between. */
    private static void findIntegers(Graph graph, Map<String, Node> producers, String value, Set<String> found) {
        Node node = producers.get(value);
        if (node == null) {
            return;
        }
        if (node.op().type().equals("QuantizeLinear")) {
            found.add(value);
            if (!graph.outputs().contains(value)) {
                return;
            }
        }
        node.inputs().forEach(input -> findIntegers(graph, producers, input, found));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
