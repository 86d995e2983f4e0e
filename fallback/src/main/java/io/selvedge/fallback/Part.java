package io.selvedge.fallback;

import io.selvedge.runtime.TensorBuffer;
import java.util.Map;

/** A loaded piece of a model; shared by sessions. */
interface Part extends AutoCloseable {
    /**
     * Memory for one inference at a time.
     *
     * @param values what callers and earlier parts give, by name; what this part gives is added
     */
    Step newStep(Map<String, TensorBuffer> values);

    @Override
    void close();

    /** A part of one session. */
    interface Step extends AutoCloseable {
        void run();

        @Override
        void close();
    }
}
