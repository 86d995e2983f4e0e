package io.selvedge.runtime;

import java.nio.ByteBuffer;
import java.util.List;

/** A state of a session: two pieces of memory, one read and one written by a call, which change roles after it. */
final class CarriedState {
    private final StatePair pair;
    private final int inputSlot;
    private final int outputSlot;
    private TensorBuffer read;
    private TensorBuffer written;

    private CarriedState(StatePair pair, int inputSlot, int outputSlot, TensorBuffer read, TensorBuffer written) {
        this.pair = pair;
        this.inputSlot = inputSlot;
        this.outputSlot = outputSlot;
        this.read = read;
        this.written = written;
    }

    /** The pair's tensors; slots count entries of the table of tensors, inputs first. */
    static CarriedState of(StatePair pair, List<TensorBuffer> inputs, List<TensorBuffer> outputs) {
        int input = index(inputs, pair.input());
        int output = index(outputs, pair.output());
        return new CarriedState(pair, input, inputs.size() + output, inputs.get(input), outputs.get(output));
    }

    private static int index(List<TensorBuffer> tensors, String name) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalStateException("the manifest let a state name '" + name + "', which is no tensor");
    }

    StatePair pair() {
        return pair;
    }

    /** What the next call reads. */
    TensorBuffer current() {
        return read;
    }

    void clear() {
        ByteBuffer bytes = read.bytes();
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) 0);
        }
    }

    /** Exchanges the two pieces of memory, and the two views. */
    void swap(Invocation invocation) {
        invocation.exchange(inputSlot, outputSlot);
        TensorBuffer before = read;
        read = written;
        written = before;
    }
}
