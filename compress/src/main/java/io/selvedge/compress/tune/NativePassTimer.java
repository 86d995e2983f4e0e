package io.selvedge.compress.tune;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.eval.Progress;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.Target;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Compiles a trial, loads it as any bundle is, and times its steps on one thread. */
public final class NativePassTimer implements PassTimer {
    private static final int LEAST_ROUNDS = 12;
    private static final int MOST_ROUNDS = 400;

    /** A pass as short as this runs several times, of which the first brings its code into the caches. */
    private static final long SHORT_NANOS = 1_000_000;

    private static final int REPEATS = 4;

    private final WorkFolder folder;
    private final Model model;
    private final Session session;
    private final long nanos;
    private final Progress progress;

    /**
     * Compiles and loads.
     *
     * @param work where a library may be executed from
     * @param nanos that one call of {@link #time} takes, or little more
     * @param progress told of the milliseconds of them
     */
    public NativePassTimer(Compiler compiler, Trial trial, Path work, long nanos, Progress progress) {
        this.nanos = nanos;
        this.progress = progress;
        try {
            this.folder = WorkFolder.in(work, "tune-");
            Path bundle = folder.path().resolve("trial.selv");
            write(compiler, trial, bundle);
            this.model = Model.load(
                    bundle,
                    LoadOptions.defaults().withTarget(trial.target().name()).withLibraryFolder(folder.path()));
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "timing needs files in " + work + ", which fails (" + IoReason.of(e)
                            + "); free some space or set SELVEDGE_CACHE",
                    e);
        }
        this.session = model.newSession();
        fill(session.inputs());
        session.run();
    }

    private static void write(Compiler compiler, Trial trial, Path bundle) throws IOException {
        PlannedProgram planned = trial.planned();
        Program program = planned.program();
        Target target = Target.of(
                trial.target().name(),
                trial.target().os(),
                trial.target().arch(),
                trial.target().cpuFlags(),
                trial.target().library());
        Manifest manifest = Manifest.withoutParts(
                "trial",
                "0".repeat(64),
                specs(program, program.inputs()),
                specs(program, program.outputs()),
                planned.arenaBytes(),
                trial.preparedBytes(),
                1,
                List.of(target));
        new BundleWriter(manifest)
                .part("weights.bin", planned.packedWeights())
                .part(target.path(), compiler.library(trial.source(), trial.target()))
                .write(bundle);
    }

    private static List<TensorSpec> specs(Program program, List<Integer> buffers) {
        return buffers.stream().map(program::buffer).map(NativePassTimer::spec).toList();
    }

    private static TensorSpec spec(Buffer buffer) {
        return TensorSpec.of(
                buffer.name(),
                DType.valueOf(buffer.dtype().name()),
                Arrays.stream(buffer.shape().extents()).boxed().toList());
    }

    /** Noise for what is computed with, zeros for what may be an index. */
    private static void fill(List<TensorBuffer> inputs) {
        Random random = new Random(1);
        for (TensorBuffer input : inputs) {
            ByteBuffer bytes = input.bytes();
            bytes.rewind();
            DType dtype = input.spec().dtype();
            while (dtype == DType.FLOAT32 && bytes.remaining() >= Float.BYTES) {
                bytes.putFloat(random.nextFloat() - 0.5f);
            }
            while ((dtype == DType.UINT8 || dtype == DType.INT8) && bytes.hasRemaining()) {
                bytes.put((byte) random.nextInt());
            }
        }
    }

    @Override
    public Times time(List<int[]> passes) {
        long[] row = new long[passes.getFirst().length];
        long start = System.nanoTime();
        run(passes.getFirst(), row);
        int repeats = System.nanoTime() - start < SHORT_NANOS ? REPEATS : 1;
        List<List<long[]>> rows = new ArrayList<>();
        passes.forEach(_ -> rows.add(new ArrayList<>()));
        start = System.nanoTime();
        for (int round = 0; round < LEAST_ROUNDS || round < MOST_ROUNDS && System.nanoTime() - start < nanos; round++) {
            for (int pass = 0; pass < passes.size(); pass++) {
                long[] least = new long[row.length];
                for (int repeat = 0; repeat < repeats; repeat++) {
                    run(passes.get(pass), row);
                    if (repeat < 2) {
                        System.arraycopy(row, 0, least, 0, row.length);
                    } else {
                        Arrays.setAll(least, i -> Math.min(least[i], row[i]));
                    }
                }
                rows.get(pass).add(least);
            }
            progress.report((int) (Math.min(nanos, System.nanoTime() - start) / 1_000_000), (int) (nanos / 1_000_000));
        }
        return new Times(medians(rows, 0), medians(rows, 1));
    }

    private void run(int[] pass, long[] row) {
        for (int i = 0; i < pass.length; i++) {
            long start = System.nanoTime();
            session.profile(pass[i]);
            row[i] = System.nanoTime() - start;
        }
    }

    /** Of every second round, by pass and position. */
    private static double[][] medians(List<List<long[]>> rows, int first) {
        double[][] medians = new double[rows.size()][];
        for (int pass = 0; pass < medians.length; pass++) {
            List<long[]> all = rows.get(pass);
            medians[pass] = new double[all.getFirst().length];
            for (int i = 0; i < medians[pass].length; i++) {
                int position = i;
                double[] sorted = new double[(all.size() - first + 1) / 2];
                Arrays.setAll(sorted, k -> all.get(2 * k + first)[position] / 1e3);
                Arrays.sort(sorted);
                medians[pass][i] = sorted[sorted.length / 2];
            }
        }
        return medians;
    }

    @Override
    public void close() {
        session.close();
        model.close();
        folder.close();
    }
}
