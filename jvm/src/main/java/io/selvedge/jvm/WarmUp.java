package io.selvedge.jvm;

import io.selvedge.jvm.kernel.Tiles;
import io.selvedge.jvm.vector.VectorWarmUp;
import java.util.Optional;

/**
 * When runs go over from the plain loops to those on vectors. Before the JIT compiler has compiled these, they are hundreds of times
 * slower: a thread of low priority calls them on numbers of its own until they win, while first calls run the plain ones. Both
 * give the same bits.
 */
final class WarmUp {
    private static final String MODULE = "jdk.incubator.vector";
    private static final System.Logger LOG = System.getLogger("io.selvedge.jvm");

    private static boolean begun;
    private static volatile Optional<Tiles> faster = Optional.empty();

    private WarmUp() {}

    /** The loops on vectors, as soon as they are worth it. */
    static Optional<Tiles> tiles() {
        return faster;
    }

    /** Starts the thread; once for all models. */
    static synchronized void begin() {
        if (begun) {
            return;
        }
        begun = true;
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "runs plain loops, several times slower than those on vectors: start Java with --add-modules "
                            + MODULE);
            return;
        }
        Thread thread = new Thread(() -> faster = VectorWarmUp.run(), "selvedge-jvm-warm-up");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }
}
