package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compress.tune.NativePassTimer;
import io.selvedge.compress.tune.TunedForms;
import io.selvedge.compress.tune.Tuner;
import io.selvedge.compress.tune.TuningCache;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The forms of kernels that a deployment takes: by timing where that is asked for, else the cost model's. */
record FormTuning(Optional<Open> open) {
    /** Steps that the C compiler takes in a second, a guess for a slow machine. */
    private static final int STEPS_PER_SECOND = 12;

    /** Timing has this share of the time, once for the forms and once for all choices together; compiling the rest. */
    private static final double TIMING_SHARE = 0.3;

    private record Open(int seconds, Toolchain toolchain, Target target, ProgressListener progress) {}

    static FormTuning of(OptionalInt seconds, Toolchain toolchain, Target target, ProgressListener progress) {
        return new FormTuning(
                seconds.isPresent()
                        ? Optional.of(new Open(seconds.getAsInt(), toolchain, target, progress))
                        : Optional.empty());
    }

    /** What is taken for the forms of one candidate, timed if it is not known yet. */
    TunedForms tuned(String name, List<Bindings.Bound> graphs) {
        if (open.isEmpty()) {
            return TunedForms.NONE;
        }
        Open o = open.get();
        UserCache cache = UserCache.ofUser();
        String phase = "time the forms of " + name + "'s kernels";
        o.progress().progress(phase, 0, 0);
        Compiler compiler = new Compiler(o.toolchain());
        Tuner tuner = new Tuner(
                new TuningCache(
                        cache, HostCpu.detect(), o.target(), o.toolchain().version()),
                trial -> new NativePassTimer(
                        compiler,
                        trial,
                        cache.folder("work"),
                        (long) (o.seconds() * TIMING_SHARE * 1e9),
                        (done, total) -> o.progress().progress(phase, done, total)),
                o.target(),
                o.seconds() * STEPS_PER_SECOND);
        TunedForms tuned = TunedForms.NONE;
        for (Bindings.Bound bound : graphs) {
            tuned = tuner.tune(Compiler.lower(Compiler.fuse(bound.graph())));
        }
        return tuned;
    }
}
