package io.selvedge.bench;

import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A bundle in our runtime, as an application runs it. */
final class SelvedgeContender implements Contender {
    private final String version;
    private final Model model;
    private final Session session;

    /** On one thread. */
    SelvedgeContender(Path bundle, Sample sample, String version) {
        this(bundle, sample, version, 1);
    }

    SelvedgeContender(Path bundle, Sample sample, String version, int threads) {
        this(bundle, sample, version, LoadOptions.defaults().withThreads(threads));
    }

    SelvedgeContender(Path bundle, Sample sample, String version, LoadOptions options) {
        this.version = version;
        this.model = Model.load(bundle, options);
        this.session = model.newSession();
        fill(sample);
    }

    /** Puts in other values of the same types. */
    void fill(Sample sample) {
        for (TensorBuffer input : session.inputs()) {
            ByteBuffer bytes = Objects.requireNonNull(sample.bytes().get(input.name()), input.name());
            input.bytes().put(bytes.duplicate().rewind());
        }
    }

    @Override
    public String name() {
        return "selvedge";
    }

    @Override
    public String version() {
        return version;
    }

    String target() {
        return model.targetName();
    }

    @Override
    public void run() {
        session.run();
    }

    @Override
    public float[][] outputs() {
        List<TensorBuffer> outputs = session.outputs();
        float[][] values = new float[outputs.size()][];
        for (int o = 0; o < values.length; o++) {
            values[o] = outputs.get(o).toFloats();
        }
        return values;
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
