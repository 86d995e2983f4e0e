package io.selvedge.cli.conformance;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.Plugins;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** How far a test comes before it runs: the best mode in which it can be tried, and what stands against a better one. */
sealed interface Attempt {
    /** It compiles; {@code frozen} inputs are constants in it. */
    record Native(Graph graph, PlannedProgram planned, List<String> frozen, String reason) implements Attempt {}

    /** The reference evaluator can run it. */
    record Reference(Graph graph, List<String> frozen, String reason) implements Attempt {}

    record Unsupported(String reason) implements Attempt {}

    /**
     * Tries the test as it is; then with as few of the inputs frozen as the importer needs to know every shape, which may be
     * lists and scalars; then, for the reference evaluator alone, with any.
     */
    static Attempt of(OnnxSuite.Case test, Target target, Plugins plugins, boolean natively) {
        try {
            List<String> names = test.inputNames();
            List<Tensor> inputs = test.inputTensors();
            List<Integer> parameters = IntStream.range(0, inputs.size())
                    .filter(i -> isParameter(inputs.get(i)))
                    .boxed()
                    .toList();
            Optional<Read> read = read(test, plugins, names, inputs, parameters);
            if (read.isEmpty()) {
                return lastResort(test, plugins, names, inputs);
            }
            Read graph = read.get();
            return natively
                    ? lowered(test, graph, target)
                    : new Reference(graph.graph(), graph.frozen(), graph.reason());
        } catch (SelvedgeException e) {
            return new Unsupported(message(e));
        }
    }

    private static Attempt lowered(OnnxSuite.Case test, Read read, Target target) {
        boolean isData = read.graph().inputs().isEmpty()
                && test.inputTensors().stream().anyMatch(input -> input.dtype().isFloat());
        if (isData && !read.frozen().isEmpty()) {
            return new Reference(read.graph(), read.frozen(), "nothing is left to compile: " + read.reason());
        }
        try {
            PlannedProgram planned = Compiler.plan(Compiler.lower(Compiler.fuse(Compiler.simplify(read.graph()))));
            CEmitter.emit(planned, target);
            return new Native(read.graph(), planned, read.frozen(), read.reason());
        } catch (SelvedgeException e) {
            return new Reference(read.graph(), read.frozen(), message(e));
        } catch (RuntimeException e) {
            // A fault of the compiler must not end the run: the reason shows it.
            return new Reference(read.graph(), read.frozen(), "fault of the compiler: " + e);
        }
    }

    /** A graph with every shape known, the inputs frozen for it, and why they had to be. */
    record Read(Graph graph, List<String> frozen, String reason) {}

    private static Optional<Read> read(
            OnnxSuite.Case test, Plugins plugins, List<String> names, List<Tensor> inputs, List<Integer> parameters) {
        String refusal = "";
        List<Integer> subsets = IntStream.range(0, 1 << parameters.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer set) -> Integer.bitCount(set)))
                .toList();
        for (int subset : subsets) {
            List<Integer> frozen = IntStream.range(0, parameters.size())
                    .filter(i -> (subset >> i & 1) != 0)
                    .mapToObj(parameters::get)
                    .toList();
            try {
                return Optional.of(new Read(
                        graph(test, plugins, names, inputs, frozen),
                        frozen.stream().map(names::get).toList(),
                        refusal));
            } catch (SelvedgeException e) {
                if (e.code() != ErrorCode.BAD_GRAPH) {
                    throw e;
                }
                refusal = refusal.isEmpty() ? message(e) : refusal;
            }
        }
        return Optional.empty();
    }

    private static Attempt lastResort(OnnxSuite.Case test, Plugins plugins, List<String> names, List<Tensor> inputs) {
        List<Integer> all = IntStream.range(0, inputs.size()).boxed().toList();
        return new Reference(graph(test, plugins, names, inputs, all), names, "its shapes depend on the data");
    }

    private static Graph graph(
            OnnxSuite.Case test, Plugins plugins, List<String> names, List<Tensor> inputs, List<Integer> frozen) {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        Map<String, Tensor> constants = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (frozen.contains(i)) {
                constants.put(names.get(i), inputs.get(i));
            } else {
                shapes.put(names.get(i), extents(inputs.get(i)));
            }
        }
        Graph graph = OnnxImporter.read(
                test.model(),
                test.name(),
                Optional.empty(),
                new ImportOptions(test.inputDims(), shapes, constants, plugins));
        Verifier.verify(graph);
        return graph;
    }

    private static List<Integer> extents(Tensor tensor) {
        return Arrays.stream(tensor.shape().extents()).boxed().toList();
    }

    /** Whether an input may carry a shape, an axis, a size or a scale: a list or a scalar of such numbers. */
    private static boolean isParameter(Tensor input) {
        return input.shape().rank() <= 1
                && switch (input.dtype()) {
                    case INT64, INT32, BOOL, FLOAT32 -> true;
                    default -> false;
                };
    }

    private static String message(SelvedgeException e) {
        return e.code() + ": " + e.getMessage();
    }
}
