package io.selvedge.fallback;

import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.GoldenReport;
import io.selvedge.runtime.GoldenVector;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A loaded bundle of which ONNX Runtime runs some parts; shared by sessions.
 *
 * <pre>{@code
 * try (HybridModel model = HybridModel.load(Path.of("model.selv")); HybridSession session = model.newSession()) {
 *     session.input("x").floats().put(values);
 *     session.run();
 *     float[] y = session.output("y").toFloats();
 * }
 * }</pre>
 */
public final class HybridModel implements AutoCloseable {
    private static final String PLAN = "plan.json";
    private static final String PARTS = "parts/";

    private final Bundle bundle;
    private final List<Part> parts;
    private int openSessions;
    private boolean closed;

    private HybridModel(Bundle bundle, List<Part> parts) {
        this.bundle = bundle;
        this.parts = List.copyOf(parts);
    }

    /** Whether ONNX Runtime runs parts of a bundle; any other is for {@link Model}. */
    public static boolean isHybrid(Bundle bundle) {
        return bundle.has(PLAN);
    }

    /** {@link #load(Path, LoadOptions)} with the first library of each native part that this CPU runs. */
    public static HybridModel load(Path path) {
        return load(path, LoadOptions.defaults());
    }

    /**
     * Checks all of the bundle and loads its parts.
     *
     * @throws ModelException as {@link Model#load(Path, LoadOptions)}; BAD_BUNDLE for a bundle without parts for ONNX Runtime
     */
    public static HybridModel load(Path path, LoadOptions options) {
        Bundle bundle = Bundle.open(path);
        List<Part> parts = new ArrayList<>();
        boolean loaded = false;
        try {
            if (!isHybrid(bundle)) {
                throw new ModelException(
                        Code.BAD_BUNDLE,
                        path + " leaves nothing to ONNX Runtime; load it with io.selvedge.runtime.Model");
            }
            // Names are numbered in the order in which the parts run, and the manifest sorts them.
            for (String entry : bundle.manifest().parts().keySet()) {
                if (entry.startsWith(PARTS)) {
                    parts.add(part(bundle, entry, options));
                }
            }
            HybridModel model = new HybridModel(bundle, parts);
            model.newSession().close();
            loaded = true;
            return model;
        } finally {
            if (!loaded) {
                parts.forEach(Part::close);
                bundle.close();
            }
        }
    }

    private static Part part(Bundle bundle, String entry, LoadOptions options) {
        byte[] bytes = bundle.read(entry);
        if (entry.endsWith(".onnx")) {
            return DelegatedPart.load(entry, bytes, bundle.manifest().threads());
        }
        try {
            Path file = Files.createTempFile("selvedge-part-", ".selv");
            try {
                Files.write(file, bytes);
                return new NativePart(Model.load(file, options));
            } finally {
                // What was mapped stays valid.
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new ModelException(
                    Code.IO_FAILED,
                    "a part of " + bundle.path() + " cannot be unpacked into " + System.getProperty("java.io.tmpdir")
                            + ": " + e,
                    e);
        }
    }

    static TensorBuffer value(Map<String, TensorBuffer> values, String name) {
        TensorBuffer value = values.get(name);
        if (value == null) {
            throw new ModelException(
                    Code.BAD_BUNDLE, "no input and no earlier part gives '" + name + "'; there are " + values.keySet());
        }
        return value;
    }

    /** The model's name. */
    public String name() {
        return manifest().name();
    }

    /** What the model takes, in the manifest's order. */
    public List<TensorSpec> inputs() {
        return manifest().inputs();
    }

    /** What the model gives, in the manifest's order. */
    public List<TensorSpec> outputs() {
        return manifest().outputs();
    }

    /** All that the bundle says of itself. */
    public Manifest manifest() {
        return bundle.manifest();
    }

    /**
     * Memory for one inference at a time; one for every thread.
     *
     * @throws ModelException CLOSED, OUT_OF_MEMORY, or BAD_BUNDLE when the parts do not fit together
     */
    public synchronized HybridSession newSession() {
        if (closed) {
            throw new ModelException(Code.CLOSED, "the model '" + name() + "' was closed; load it again");
        }
        HybridSession session = HybridSession.of(this, parts);
        openSessions++;
        return session;
    }

    synchronized void sessionClosed() {
        openSessions--;
    }

    /**
     * Runs the bundle's golden vectors.
     *
     * @throws ModelException GOLDEN_MISMATCH when an output differs by more than allowed
     */
    public GoldenReport checkGolden() {
        try (HybridSession session = newSession()) {
            return GoldenReport.check(session.inputs(), session.outputs(), session::run, GoldenVector.of(bundle));
        }
    }

    /** @throws ModelException SESSIONS_OPEN when sessions are open; the model then stays open too */
    @Override
    public synchronized void close() {
        if (openSessions > 0) {
            throw new ModelException(
                    Code.SESSIONS_OPEN,
                    "the model '" + name() + "' has open sessions (" + openSessions + "); close them first");
        }
        if (!closed) {
            closed = true;
            parts.forEach(Part::close);
            bundle.close();
        }
    }
}
