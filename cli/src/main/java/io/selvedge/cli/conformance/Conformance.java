package io.selvedge.cli.conformance;

import io.selvedge.cli.conformance.TestResult.Mode;
import io.selvedge.cli.conformance.TestResult.Status;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.Plugins;
import io.selvedge.compiler.op.Trim;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compress.deploy.ProgressListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs backend tests in the best mode that each allows: compiled in batches, else evaluated in Java. */
public final class Conformance {
    private static final int BATCH = 40;
    /** Models with more weights run one by one, so that only one is in memory. */
    private static final int LARGE_BYTES = 4 << 20;

    private final Toolchain toolchain;
    private final Target target;
    private final Plugins plugins;
    private final ProgressListener progress;

    public Conformance(Toolchain toolchain, Target target, ProgressListener progress) {
        this(toolchain, target, Plugins.NONE, progress);
    }

    /**
     * Runs with more operators.
     *
     * @param plugins operators that the tests may use beside the built-in ones
     */
    public Conformance(Toolchain toolchain, Target target, Plugins plugins, ProgressListener progress) {
        this.toolchain = toolchain;
        this.target = target;
        this.plugins = plugins;
        this.progress = progress;
    }

    /** A test that compiles. */
    private record Compilable(OnnxSuite.Case test, Attempt.Native attempt) {}

    /** A batch and its library, or why there is none. */
    private record Compiled(List<Compilable> tests, Optional<byte[]> library, String reason) {}

    /** Results by name. */
    public List<TestResult> run(List<OnnxSuite.Case> tests) {
        List<TestResult> results = new ArrayList<>();
        List<Compilable> compilable = new ArrayList<>();
        for (OnnxSuite.Case test : tests) {
            switch (Attempt.of(test, target, plugins, true)) {
                case Attempt.Native attempt -> {
                    Compilable next = new Compilable(test, attempt);
                    if (attempt.planned().weightBytes() < LARGE_BYTES) {
                        compilable.add(next);
                    } else {
                        compiledAndRun(List.of(next), results, tests.size());
                    }
                }
                case Attempt.Reference attempt -> results.add(evaluated(test, attempt));
                case Attempt.Unsupported(String reason) -> results.add(unsupported(test, reason));
            }
            progress.progress("reading, evaluating", results.size() + compilable.size(), tests.size());
        }
        compiledAndRun(compilable, results, tests.size());
        results.sort(Comparator.comparing(TestResult::name));
        return results;
    }

    /** Results of the reference evaluator alone, by name. */
    public static List<TestResult> evaluate(List<OnnxSuite.Case> tests, Target target) {
        List<TestResult> results = new ArrayList<>();
        for (OnnxSuite.Case test : tests) {
            switch (Attempt.of(test, target, Plugins.NONE, false)) {
                case Attempt.Native _ -> throw new IllegalStateException("nothing was to be compiled");
                case Attempt.Reference attempt -> results.add(evaluated(test, attempt));
                case Attempt.Unsupported(String reason) -> results.add(unsupported(test, reason));
            }
        }
        return results;
    }

    private static TestResult unsupported(OnnxSuite.Case test, String reason) {
        return new TestResult(test.name(), test.ops(), Mode.NONE, Status.UNSUPPORTED, List.of(), reason);
    }

    private static TestResult evaluated(OnnxSuite.Case test, Attempt.Reference attempt) {
        try {
            Map<String, Tensor> feeds = new LinkedHashMap<>();
            List<Tensor> inputs = inputs(test, attempt.graph());
            for (int i = 0; i < inputs.size(); i++) {
                feeds.put(attempt.graph().inputs().get(i), inputs.get(i));
            }
            List<Tensor> got = Trim.filled(
                    attempt.graph(),
                    List.copyOf(ReferenceEvaluator.run(attempt.graph(), feeds).values()));
            return judged(test, Mode.REFERENCE, attempt.frozen(), attempt.reason(), got);
        } catch (SelvedgeException e) {
            return unsupported(test, e.code() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            return new TestResult(
                    test.name(), test.ops(), Mode.REFERENCE, Status.FAILED, attempt.frozen(), e.toString());
        }
    }

    private static List<Tensor> inputs(OnnxSuite.Case test, Graph graph) {
        List<String> names = test.inputNames();
        List<Tensor> all = test.inputTensors();
        return graph.inputs().stream().map(name -> all.get(names.indexOf(name))).toList();
    }

    private static TestResult judged(
            OnnxSuite.Case test, Mode mode, List<String> frozen, String reason, List<Tensor> got) {
        Optional<String> difference = new Expectation(test.rtol(), test.atol()).difference(test.outputTensors(), got);
        return new TestResult(
                test.name(),
                test.ops(),
                mode,
                difference.isPresent() ? Status.FAILED : Status.PASSED,
                frozen,
                difference
                        .map(found -> SuiteDefects.reason(test.name())
                                .map(defect -> found + "; " + defect)
                                .orElse(found))
                        .orElse(reason));
    }

    private void compiledAndRun(List<Compilable> tests, List<TestResult> results, int total) {
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<Compiled>> batches = new ArrayList<>();
            for (int from = 0; from < tests.size(); from += BATCH) {
                List<Compilable> batch = tests.subList(from, Math.min(from + BATCH, tests.size()));
                batches.add(workers.submit(() -> compiled(batch)));
            }
            for (Future<Compiled> batch : batches) {
                run(batch.get(), results);
                progress.progress("compiling, running", results.size(), total);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a batch was not compiled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while tests were compiled", e);
        }
    }

    private Compiled compiled(List<Compilable> tests) throws IOException {
        try {
            return new Compiled(tests, Optional.of(NativeBatch.compile(toolchain, target, programs(tests))), "");
        } catch (SelvedgeException e) {
            return new Compiled(tests, Optional.empty(), e.toString());
        }
    }

    private static List<PlannedProgram> programs(List<Compilable> tests) {
        return tests.stream().map(test -> test.attempt().planned()).toList();
    }

    /** One model that clang refuses must not hide the others of its batch: they go again in halves. */
    private void run(Compiled batch, List<TestResult> results) {
        List<Compilable> tests = batch.tests();
        if (batch.library().isEmpty()) {
            if (tests.size() == 1) {
                results.add(failed(tests.getFirst(), batch.reason()));
                return;
            }
            int half = tests.size() / 2;
            try {
                run(compiled(tests.subList(0, half)), results);
                run(compiled(tests.subList(half, tests.size())), results);
                return;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        try (NativeBatch library = NativeBatch.load(batch.library().get(), programs(tests), target)) {
            for (int i = 0; i < tests.size(); i++) {
                results.add(run(library, i, tests.get(i)));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static TestResult run(NativeBatch library, int index, Compilable compilable) {
        Attempt.Native attempt = compilable.attempt();
        Graph graph = attempt.graph();
        try {
            List<Tensor> got = library.run(
                    index,
                    inputs(compilable.test(), graph),
                    graph.outputs().stream().map(graph::type).toList());
            return judged(
                    compilable.test(), mode(attempt), attempt.frozen(), attempt.reason(), Trim.filled(graph, got));
        } catch (SelvedgeException e) {
            return failed(compilable, e.toString());
        }
    }

    private static Mode mode(Attempt.Native attempt) {
        return attempt.frozen().isEmpty() ? Mode.NATIVE : Mode.NATIVE_BOUND;
    }

    private static TestResult failed(Compilable compilable, String reason) {
        Attempt.Native attempt = compilable.attempt();
        return new TestResult(
                compilable.test().name(),
                compilable.test().ops(),
                mode(attempt),
                Status.FAILED,
                attempt.frozen(),
                reason);
    }
}
