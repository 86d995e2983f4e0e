package io.selvedge.bench;

/** A runtime with one model loaded and its inputs filled. */
interface Contender extends AutoCloseable {
    String name();

    String version();

    /** One inference, from filled inputs to written outputs; allocates as little as the runtime allows. */
    void run();

    /** Outputs of the last run in the model's order, as real numbers. */
    float[][] outputs();

    @Override
    void close();
}
