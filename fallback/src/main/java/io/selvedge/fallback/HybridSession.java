package io.selvedge.fallback;

import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Memory for one inference of a {@link HybridModel}. Used by one thread at a time. */
public final class HybridSession implements AutoCloseable {
    private final HybridModel model;
    private final List<Part.Step> steps;
    private final List<TensorBuffer> inputs;
    private final List<TensorBuffer> outputs;
    private boolean closed;

    private HybridSession(
            HybridModel model, List<Part.Step> steps, List<TensorBuffer> inputs, List<TensorBuffer> outputs) {
        this.model = model;
        this.steps = List.copyOf(steps);
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    static HybridSession of(HybridModel model, List<Part> parts) {
        Map<String, TensorBuffer> values = new LinkedHashMap<>();
        model.inputs().forEach(input -> values.put(input.name(), TensorBuffer.allocate(input)));
        List<TensorBuffer> inputs = List.copyOf(values.values());
        List<Part.Step> steps = new ArrayList<>();
        boolean complete = false;
        try {
            parts.forEach(part -> steps.add(part.newStep(values)));
            List<TensorBuffer> outputs = model.outputs().stream()
                    .map(output -> output(values, output))
                    .toList();
            complete = true;
            return new HybridSession(model, steps, inputs, outputs);
        } finally {
            if (!complete) {
                steps.forEach(Part.Step::close);
            }
        }
    }

    private static TensorBuffer output(Map<String, TensorBuffer> values, TensorSpec spec) {
        TensorBuffer value = HybridModel.value(values, spec.name());
        if (value.dtype() != spec.dtype() || !value.shape().equals(spec.shape())) {
            throw new ModelException(
                    Code.BAD_BUNDLE,
                    "output '" + spec.name() + "' is " + spec.dtype().onnxName() + spec.shape()
                            + " in the manifest and " + value.dtype().onnxName() + value.shape() + " in its part");
        }
        return value;
    }

    /** The model that this session runs. */
    public HybridModel model() {
        return model;
    }

    /** The inputs in the model's order. */
    public List<TensorBuffer> inputs() {
        return inputs;
    }

    /** The outputs in the model's order. */
    public List<TensorBuffer> outputs() {
        return outputs;
    }

    /** The input of that name. @throws ModelException NO_SUCH_TENSOR or CLOSED */
    public TensorBuffer input(String name) {
        return named(inputs, name, "input");
    }

    /** The output of that name. @throws ModelException NO_SUCH_TENSOR or CLOSED */
    public TensorBuffer output(String name) {
        return named(outputs, name, "output");
    }

    private TensorBuffer named(List<TensorBuffer> tensors, String name, String kind) {
        requireOpen();
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        Code.NO_SUCH_TENSOR,
                        "the model '" + model.name() + "' has no " + kind + " '" + name + "'; it has "
                                + tensors.stream().map(TensorBuffer::name).toList()));
    }

    /**
     * Computes the outputs from the inputs.
     *
     * @throws ModelException CLOSED, BAD_DATA or NATIVE_RUN_FAILED; outputs then mean nothing
     */
    public void run() {
        requireOpen();
        steps.forEach(Part.Step::run);
    }

    private void requireOpen() {
        if (closed) {
            throw new ModelException(
                    Code.CLOSED, "a session of '" + model.name() + "' was closed; take a new one from the model");
        }
    }

    /** Ends the use of this session; a second call does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            steps.forEach(Part.Step::close);
            model.sessionClosed();
        }
    }
}
