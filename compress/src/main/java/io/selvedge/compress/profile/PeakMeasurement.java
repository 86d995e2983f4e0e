package io.selvedge.compress.profile;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.c.PeakSource;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures {@link Peaks} by the program of {@link PeakSource}, which is loaded and timed as any bundle is. */
final class PeakMeasurement {
    private static final long NANOS_EACH = 120_000_000;
    private static final int LEAST_RUNS = 8;
    private static final long PAGE = 4096;
    private static final long LEAST_MEMORY = 64L << 20;
    private static final long MOST_MEMORY = 256L << 20;
    private static final String DONE = "done";

    private final Toolchain toolchain;
    private final Target target;
    private final CacheLevels caches;

    PeakMeasurement(Toolchain toolchain, Target target, CacheLevels caches) {
        this.toolchain = toolchain;
        this.target = target;
        this.caches = caches;
    }

    /**
     * Compiles and runs the program.
     *
     * @param work where the library may be executed from
     * @param today as it will stand in the result
     */
    Peaks run(Path work, String today) {
        List<Long> sizes = sizes();
        try (WorkFolder folder = WorkFolder.in(work, "peak-")) {
            Path bundle = folder.path().resolve("peak.selv");
            write(bundle, sizes);
            LoadOptions loading =
                    LoadOptions.defaults().withTarget(target.name()).withLibraryFolder(folder.path());
            try (Model model = Model.load(bundle, loading);
                    Session session = model.newSession()) {
                List<Peaks.Level> levels = new ArrayList<>();
                for (int i = 0; i < sizes.size(); i++) {
                    boolean memory = i == caches.bytes().size();
                    levels.add(new Peaks.Level(
                            memory ? "memory" : "L" + (i + 1),
                            memory ? Long.MAX_VALUE : caches.bytes().get(i),
                            best(session, 2 + i)));
                }
                return new Peaks(target.name(), best(session, 0), best(session, 1), levels, today);
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the measurement of this CPU's limits needs files in " + work + ", which fails (" + IoReason.of(e)
                            + "); free some space or set SELVEDGE_CACHE",
                    e);
        }
    }

    /** What is read of each level: well inside of it, and well outside of the one before. */
    private List<Long> sizes() {
        List<Long> sizes = new ArrayList<>();
        long inner = 0;
        for (long cache : caches.bytes()) {
            // Others use the last cache too.
            long share = sizes.size() < 2 ? cache / 2 : cache / 4;
            sizes.add(Math.max(PAGE, Math.min(cache, Math.max(share, 2 * inner)) / PAGE * PAGE));
            inner = cache;
        }
        sizes.add(Math.clamp(4 * inner, LEAST_MEMORY, MOST_MEMORY) / PAGE * PAGE);
        return sizes;
    }

    private void write(Path bundle, List<Long> sizes) throws IOException {
        byte[] library = new Compiler(toolchain).library(PeakSource.of(target, sizes), target);
        io.selvedge.runtime.Target runtime =
                io.selvedge.runtime.Target.linux(target.name(), target.arch(), target.cpuFlags());
        Manifest manifest = Manifest.withoutParts(
                "peak",
                "0".repeat(64),
                List.of(),
                List.of(TensorSpec.of(DONE, DType.INT64, List.of(1))),
                sizes.getLast(),
                0,
                1,
                List.of(runtime));
        new BundleWriter(manifest)
                .part("weights.bin", new byte[0])
                .part(runtime.path(), library)
                .write(bundle);
    }

    /** Units per nanosecond of the fastest run: a limit is what was reached once, whatever else the machine did meanwhile. */
    private static double best(Session session, int step) {
        TensorBuffer done = session.output(DONE);
        double best = 0;
        long begin = System.nanoTime();
        for (int run = 0; run < LEAST_RUNS || System.nanoTime() - begin < NANOS_EACH; run++) {
            long start = System.nanoTime();
            session.profile(step);
            long nanos = Math.max(1, System.nanoTime() - start);
            best = Math.max(best, (double) done.bytes().getLong(0) / nanos);
        }
        return best;
    }
}
