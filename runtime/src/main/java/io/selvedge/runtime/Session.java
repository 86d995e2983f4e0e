package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory for one inference: arena, inputs and outputs. Used by one thread at a time. Its memory is returned when neither
 * the session nor a view of one of its tensors is reachable any more.
 */
public final class Session implements AutoCloseable {
    private final Model model;
    private final Binding binding;
    private final Invocation invocation;
    private final List<TensorBuffer> inputs;
    private final List<TensorBuffer> outputs;
    private final List<CarriedState> states;
    /** 1 while a thread runs it. An AtomicBoolean would load what makes variable handles. */
    private final AtomicInteger busy = new AtomicInteger();

    private volatile boolean closed;

    Session(Model model, Binding binding, Invocation invocation) {
        this.model = model;
        this.binding = binding;
        this.invocation = invocation;
        Manifest manifest = model.manifest();
        List<TensorBuffer> allInputs = allocate(binding.inputs());
        List<TensorBuffer> allOutputs = allocate(binding.outputs());
        if (invocation.threads() > 1) {
            Unclosed.CLEANER.register(this, invocation.dismissal());
        }
        inputs = except(allInputs, manifest.given(binding.inputs()));
        outputs = except(allOutputs, manifest.taken(binding.outputs()));
        states = new ArrayList<>();
        for (StatePair pair : manifest.states()) {
            states.add(CarriedState.of(pair, allInputs, allOutputs));
        }
    }

    /** Ends the threads of sessions that nobody closed; not there before a session has threads. */
    private static final class Unclosed {
        static final Cleaner CLEANER = Cleaner.create();
    }

    private static List<TensorBuffer> except(List<TensorBuffer> all, List<TensorSpec> kept) {
        List<TensorBuffer> some = new ArrayList<>();
        for (TensorBuffer tensor : all) {
            for (TensorSpec spec : kept) {
                // Names are distinct, and equals of a record is made at its first call.
                if (spec.name().equals(tensor.name())) {
                    some.add(tensor);
                }
            }
        }
        return Collections.unmodifiableList(some);
    }

    private List<TensorBuffer> allocate(List<TensorSpec> specs) {
        List<TensorBuffer> tensors = new ArrayList<>();
        for (TensorSpec spec : specs) {
            tensors.add(new TensorBuffer(spec, invocation.tensor(spec)));
        }
        return tensors;
    }

    /** The model that this session runs. */
    public Model model() {
        return model;
    }

    /** Threads that compute a run, the caller's among them. */
    public int threads() {
        return invocation.threads();
    }

    /** The extents that this session runs with: what the caller asked for, or larger ones. */
    public Binding binding() {
        return binding;
    }

    /** The inputs in the model's order, but for states. */
    public List<TensorBuffer> inputs() {
        return inputs;
    }

    /** The outputs in the model's order, but for states. */
    public List<TensorBuffer> outputs() {
        return outputs;
    }

    /**
     * The input of that name.
     *
     * @throws ModelException NO_SUCH_TENSOR or CLOSED
     */
    public TensorBuffer input(String name) {
        return named(inputs, name, "input");
    }

    /**
     * The output of that name.
     *
     * @throws ModelException NO_SUCH_TENSOR or CLOSED
     */
    public TensorBuffer output(String name) {
        return named(outputs, name, "output");
    }

    private TensorBuffer named(List<TensorBuffer> tensors, String name, String kind) {
        requireOpen();
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                return tensors.get(i);
            }
        }
        throw new ModelException(
                Code.NO_SUCH_TENSOR,
                "the model '" + model.name() + "' has no " + kind + " '" + name + "'; it has "
                        + tensors.stream().map(TensorBuffer::name).toList());
    }

    /**
     * A state as it goes into the next call, under the name of its input; it may be read and changed. The view is good until
     * the next {@link #run}, since two pieces of memory take turns.
     *
     * @throws ModelException NO_SUCH_TENSOR or CLOSED
     */
    public TensorBuffer state(String input) {
        requireOpen();
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i).pair().input().equals(input)) {
                return states.get(i).current();
            }
        }
        throw new ModelException(
                Code.NO_SUCH_TENSOR,
                "the model '" + model.name() + "' has no state '" + input + "'; it has "
                        + states.stream().map(state -> state.pair().input()).toList());
    }

    /**
     * Sets every state to zeros, as before the first call.
     *
     * @throws ModelException CLOSED or CONCURRENT_USE
     */
    public void resetStates() {
        enter();
        try {
            states.forEach(CarriedState::clear);
        } finally {
            leave();
        }
    }

    /**
     * Computes the outputs from the inputs, and carries the states over. Allocates nothing.
     *
     * @throws ModelException CLOSED, CONCURRENT_USE, NATIVE_RUN_FAILED, or BAD_DATA when an input holds what the model
     *     cannot use, an index outside of its axis for example; outputs then mean nothing
     */
    public void run() {
        enter();
        int status;
        try {
            status = invocation.run();
            if (status == 0) {
                for (int i = 0; i < states.size(); i++) {
                    states.get(i).swap(invocation);
                }
            }
        } finally {
            leave();
        }
        if (status > 0) {
            throw new ModelException(
                    Code.BAD_DATA,
                    "an input of '" + model.name()
                            + "' leads to an index that is out of range, or to more results than the model has room for, in step "
                            + (status - 1)
                            + " of its program (program.txt in the bundle lists the steps); check what the inputs hold");
        }
        if (status < 0) {
            throw new ModelException(
                    Code.NATIVE_RUN_FAILED,
                    "the native code of '" + model.name() + "' (" + model.targetName() + ") returned " + status);
        }
    }

    /**
     * Runs step number {@code step} of the program alone, on whatever the arena holds, so that a caller can time it. A
     * number beyond the last step does nothing.
     *
     * @throws ModelException CLOSED or CONCURRENT_USE
     */
    public void profile(int step) {
        enter();
        try {
            invocation.runStep(step);
        } finally {
            leave();
        }
    }

    /**
     * The working memory, exactly {@link Binding#arenaBytes()} long. For tests and tools: what it holds between two runs
     * means nothing.
     */
    public ByteBuffer arena() {
        requireOpen();
        return invocation.arena();
    }

    private void enter() {
        requireOpen();
        if (!busy.compareAndSet(0, 1)) {
            throw new ModelException(
                    Code.CONCURRENT_USE,
                    "a session of '" + model.name()
                            + "' is running on another thread; give each thread its own session");
        }
    }

    private void leave() {
        // Writing to the session after the native code returned also keeps its memory reachable until then.
        busy.set(0);
    }

    private void requireOpen() {
        if (closed) {
            throw new ModelException(
                    Code.CLOSED, "a session of '" + model.name() + "' was closed; take a new one from the model");
        }
    }

    /**
     * Ends the use of this session; a second call does nothing.
     *
     * @throws ModelException CONCURRENT_USE while it runs
     */
    @Override
    public void close() {
        synchronized (model) {
            if (closed) {
                return;
            }
            enter();
            closed = true;
            invocation.end();
            model.sessionClosed();
            leave();
        }
    }
}
