package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Numbers of so many bytes one after the other; the first bytes of all are one plane, the second bytes another.
 *
 * @param elements how many numbers
 * @param models for every byte of a number the model that it is coded by, or {@link #RAW}
 */
record PlaneRun(long elements, int[] models) {
    static final int RAW = -1;
    static final int MOST_PLANES = 8;
    private static final int MOST_RUNS = 1 << 20;

    long bytes() {
        return elements * models.length;
    }

    static void write(ByteArrayOutputStream out, List<PlaneRun> runs) {
        SymbolModel.whole(out, runs.size());
        for (PlaneRun run : runs) {
            SymbolModel.whole(out, run.elements);
            out.write(run.models.length);
            for (int model : run.models) {
                out.write(model + 1);
            }
        }
    }

    /** @throws ModelException BAD_BUNDLE when they are not {@code length} bytes by one of so many models */
    static PlaneRun[] read(CodedInput in, long length, int modelCount) {
        long count = in.whole();
        require(count <= Math.min(length, MOST_RUNS));
        PlaneRun[] runs = new PlaneRun[(int) count];
        long left = length;
        for (int i = 0; i < count; i++) {
            long elements = in.whole();
            int width = in.octet();
            require(width >= 1 && width <= MOST_PLANES && elements >= 1 && elements <= left / width);
            int[] models = new int[width];
            for (int plane = 0; plane < width; plane++) {
                models[plane] = in.octet() - 1;
                require(models[plane] < modelCount);
            }
            runs[i] = new PlaneRun(elements, models);
            left -= runs[i].bytes();
        }
        require(left == 0);
        return runs;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new ModelException(Code.BAD_BUNDLE, "the runs of a coded part do not fit its length");
        }
    }
}
