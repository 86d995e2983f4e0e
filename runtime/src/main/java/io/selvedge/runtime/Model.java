package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A loaded bundle: weights and code, shared by all sessions and safe to use from many threads.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("model.selv")); Session session = model.newSession()) {
 *     session.input("input").floats().put(pixels);
 *     session.run();
 *     float[] scores = session.output("output").toFloats();
 * }
 * }</pre>
 */
public final class Model implements AutoCloseable {
    private final Bundle bundle;
    private final ModelCode code;
    /** By the binding's suffix; a further binding's code is loaded when its first session is. */
    private final Map<String, ModelCode.Ready> loaded = new HashMap<>();

    private int openSessions;
    private boolean closed;

    private final int threads;

    private final int processors;

    private Model(Bundle bundle, ModelCode code, int threads, int processors) {
        this.processors = processors;
        this.threads = Math.min(threads, processors);
        this.bundle = bundle;
        this.code = code;
        loaded.put("", code.load(bindings().get(0)));
    }

    /** {@link #load(Path, LoadOptions)} with the first library that this CPU runs. */
    public static Model load(Path path) {
        return load(path, LoadOptions.defaults());
    }

    /**
     * Checks all of the bundle at {@code path} by its zip's checksums, picks a library, extracts it and loads it.
     *
     * @throws ModelException with a code from NOT_FOUND to OUT_OF_MEMORY; nothing stays open then
     */
    public static Model load(Path path, LoadOptions options) {
        return load(path, options, Cpu.detect());
    }

    static Model load(Path path, LoadOptions options, Cpu cpu) {
        Bundle bundle = Bundle.openToRun(path);
        boolean done = false;
        try {
            requireNoFallback(bundle);
            int threads = options.threads().orElse(bundle.manifest().threads());
            Model model = new Model(bundle, code(bundle, options, cpu), threads, cpu.processors());
            done = true;
            return model;
        } catch (ModelException e) {
            throw e.in(path);
        } finally {
            if (!done) {
                bundle.close();
            }
        }
    }

    /** The library that fits, else the executor, if there is one and nothing else was asked for. */
    private static ModelCode code(Bundle bundle, LoadOptions options, Cpu cpu) {
        if (options.target().isPresent() && options.target().get().equals(ProgramExecutor.TARGET)) {
            return ModelCode.ofExecutor(bundle);
        }
        try {
            Target target = pick(bundle.manifest(), options, cpu);
            LibraryCache cache = options.libraryFolder().isPresent()
                    ? new LibraryCache(options.libraryFolder().get().toAbsolutePath())
                    : LibraryCache.of(System.getenv(), Path.of(System.getProperty("user.home", ".")));
            return ModelCode.ofLibrary(bundle, target, cache);
        } catch (ModelException e) {
            boolean another = e.code() == Code.NO_TARGET_FOR_CPU
                    || e.code() == Code.CACHE_UNUSABLE
                    || e.code() == Code.NATIVE_LOAD_FAILED && forbidsExecuting(e);
            if (!another || options.target().isPresent() || !bundle.has(PartName.PROGRAM)) {
                throw e;
            }
            try {
                return ModelCode.ofExecutor(bundle);
            } catch (ModelException none) {
                e.addSuppressed(none);
                throw e;
            }
        }
    }

    /** What the C library says of a file system that is mounted noexec, or of a policy like it; a damaged library stays an error. */
    private static boolean forbidsExecuting(ModelException e) {
        String message = e.getMessage();
        return message.contains("failed to map segment")
                || message.contains("not permitted")
                || message.contains("ermission denied");
    }

    private static void requireNoFallback(Bundle bundle) {
        if (bundle.has(PartName.PLAN)) {
            throw new ModelException(
                    Code.FALLBACK_NEEDED,
                    "parts of the model were left to ONNX Runtime (deploy --fallback onnxruntime); add the artifact"
                            + " io.selvedge:selvedge-fallback and load it with io.selvedge.fallback.HybridModel");
        }
    }

    private static Target pick(Manifest manifest, LoadOptions options, Cpu cpu) {
        List<Target> wanted = new ArrayList<>();
        for (Target target : manifest.targets()) {
            if (options.target().isEmpty() || options.target().get().equals(target.name())) {
                wanted.add(target);
            }
        }
        if (wanted.isEmpty()) {
            throw new ModelException(
                    Code.NO_TARGET_FOR_CPU,
                    "the bundle has no library "
                            + options.target().map(name -> "'" + name + "'").orElse("") + "; it has "
                            + manifest.targets().stream().map(Target::name).toList());
        }
        for (Target target : wanted) {
            if (cpu.runs(target)) {
                return target;
            }
        }
        throw new ModelException(
                Code.NO_TARGET_FOR_CPU,
                "no library fits this machine (" + cpu.os() + " on " + cpu.arch() + "): "
                        + wanted.stream().map(cpu::lackFor).collect(Collectors.joining("; "))
                        + ". Deploy the model again with --target " + cpu.plainTarget()
                        + ", or with a better target for this machine");
    }

    /** The model's name. */
    public String name() {
        return manifest().name();
    }

    /** What the model takes from the caller, in the manifest's order. */
    public List<TensorSpec> inputs() {
        return manifest().givenInputs();
    }

    /** What the model gives to the caller, in the manifest's order. */
    public List<TensorSpec> outputs() {
        return manifest().givenOutputs();
    }

    /** Name of the library in use, such as {@code x86-64-v4+vnni}. */
    public String targetName() {
        return code.targetName();
    }

    /**
     * Threads that may compute a session's run: as many as were asked for or the bundle's maker found best, but no more than there
     * are processors. Where a session finds its runs faster on the caller's thread alone, the others sleep.
     */
    public int threads() {
        return threads;
    }

    /** Working memory of one session, without its inputs and outputs. */
    public long arenaBytes() {
        return manifest().arenaBytes();
    }

    /** Memory for what is computed from the weights when the model is loaded, shared by all sessions. */
    public long preparedBytes() {
        return manifest().preparedBytes();
    }

    /** All that the bundle says of itself. */
    public Manifest manifest() {
        return bundle.manifest();
    }

    /** The open bundle, for its other parts. */
    public Bundle bundle() {
        return bundle;
    }

    /** What the bundle has code for; the first is what {@link #inputs}, {@link #outputs} and {@link #arenaBytes} say. */
    public List<Binding> bindings() {
        return manifest().bindings();
    }

    /**
     * Memory for one inference at a time with the first binding; one for every thread.
     *
     * @throws ModelException CLOSED or OUT_OF_MEMORY
     */
    public Session newSession() {
        return newSession(bindings().get(0), threads);
    }

    /**
     * Like {@link #newSession()}, with another number of threads than the model's.
     *
     * @param threads at least 1; no more than there are processors are used
     * @throws ModelException CLOSED or OUT_OF_MEMORY
     * @throws IllegalArgumentException when there is to be no thread
     */
    public Session newSession(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a session has at least 1 thread, not " + threads);
        }
        return newSession(bindings().get(0), Math.min(threads, processors));
    }

    /**
     * Memory for one inference at a time with the binding of exactly these extents or, when there is none, the smallest
     * that is at least as large in every dimension named. {@link Session#binding} tells which it is: where it is larger, the
     * caller fills the inputs up as the model expects it, with masked tokens for example, and takes its part of the outputs.
     *
     * @param dims extents by the dimension's name; a dimension left out may have any
     * @throws ModelException NO_SUCH_BINDING when none is large enough, CLOSED, OUT_OF_MEMORY, or from loading the binding's
     *     library CACHE_UNUSABLE, NATIVE_LOAD_FAILED, DIGEST_MISMATCH or IO_FAILED
     */
    public Session newSession(Map<String, Integer> dims) {
        return newSession(
                Binding.fitting(bindings(), dims)
                        .orElseThrow(() -> new ModelException(
                                Code.NO_SUCH_BINDING,
                                "no binding of '" + name() + "' is large enough for " + Binding.text(dims) + "; "
                                        + (manifest().dims().isEmpty()
                                                ? "the bundle has one, which names no dimensions: "
                                                        + inputs().stream()
                                                                .map(spec -> spec.name() + spec.shape())
                                                                .toList()
                                                : "it has "
                                                        + bindings().stream()
                                                                .map(Binding::text)
                                                                .collect(Collectors.joining(" and ")))
                                        + ". Give less, or deploy the model again with --dim")),
                threads);
    }

    private synchronized Session newSession(Binding binding, int threads) {
        requireOpen();
        Session session;
        try {
            ModelCode.Ready own = loaded.get(binding.suffix());
            if (own == null) {
                own = code.load(binding);
                loaded.put(binding.suffix(), own);
            }
            session = new Session(this, binding, own.newInvocation(threads));
        } catch (ModelException e) {
            throw e.in(bundle.path());
        }
        openSessions++;
        return session;
    }

    synchronized void sessionClosed() {
        openSessions--;
    }

    /**
     * The first binding's golden vectors.
     *
     * @throws ModelException BAD_BUNDLE when their lengths do not fit the model
     */
    public List<GoldenVector> goldenVectors() {
        return goldenVectors(bindings().get(0));
    }

    private synchronized List<GoldenVector> goldenVectors(Binding binding) {
        requireOpen();
        return GoldenVector.of(bundle, binding);
    }

    /**
     * Runs the golden vectors of every binding: integer outputs must be equal, float outputs within
     * {@code 1e-4 * max |golden|} of the tensor.
     *
     * @throws ModelException GOLDEN_MISMATCH when an output differs by more
     */
    public GoldenReport checkGolden() {
        GoldenReport all = new GoldenReport(0, 0);
        for (Binding binding : bindings()) {
            List<GoldenVector> vectors = goldenVectors(binding);
            try (Session session = newSession(binding, threads)) {
                all = all.and(GoldenReport.check(session, vectors));
            }
        }
        return all;
    }

    private void requireOpen() {
        if (closed) {
            throw new ModelException(Code.CLOSED, "the model '" + name() + "' was closed; load it again");
        }
    }

    /**
     * Closes the bundle. The library is unloaded when nothing refers to the model any more.
     *
     * @throws ModelException SESSIONS_OPEN when sessions are open; the model then stays open too
     */
    @Override
    public synchronized void close() {
        if (openSessions > 0) {
            throw new ModelException(
                    Code.SESSIONS_OPEN,
                    "the model '" + name() + "' has " + openSessions + " open session" + (openSessions == 1 ? "" : "s")
                            + "; close them first (in try-with-resources: declare them after the model)");
        }
        closed = true;
        bundle.close();
    }
}
