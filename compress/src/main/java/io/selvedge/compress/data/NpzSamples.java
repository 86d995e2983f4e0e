package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Rows of the arrays of an {@code .npz} file. Array {@code y} holds labels (whole numbers, one a row) or targets. */
final class NpzSamples implements Dataset {
    private static final String TRUTH = "y";

    private final Path path;
    private final Map<String, NpyArray> arrays;
    private final Optional<NpyArray> truth;
    private final boolean truthIsLabel;
    private final Optional<List<String>> classes;
    private final int size;

    private NpzSamples(
            Path path,
            Map<String, NpyArray> arrays,
            Optional<NpyArray> truth,
            boolean truthIsLabel,
            Optional<List<String>> classes,
            int size) {
        this.path = path;
        this.arrays = arrays;
        this.truth = truth;
        this.truthIsLabel = truthIsLabel;
        this.classes = classes;
        this.size = size;
    }

    /** @param targetsWanted takes {@code y} as targets even where it could be labels (metric mse) */
    static NpzSamples open(NpzFile file, Path path, Optional<List<String>> classes, boolean targetsWanted) {
        Map<String, NpyArray> arrays = new TreeMap<>(file.arrays());
        Optional<NpyArray> truth = Optional.ofNullable(arrays.remove(TRUTH));
        if (arrays.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA,
                    "'" + path + "' has no array besides '" + TRUTH
                            + "'; it needs one per model input, named as the input.");
        }
        int size = -1;
        String sizedBy = "";
        for (Map.Entry<String, NpyArray> entry : file.arrays().entrySet()) {
            int[] shape = entry.getValue().shape();
            if (shape.length == 0 || (size >= 0 && shape[0] != size)) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "'" + path + "': array '" + entry.getKey() + "' has "
                                + (shape.length == 0 ? "no axis" : shape[0] + " rows") + ", '" + sizedBy + "' has "
                                + Math.max(size, 0) + "; the first axis of every array counts the samples.");
            }
            size = shape[0];
            sizedBy = entry.getKey();
        }
        if (size == 0) {
            throw new SelvedgeException(ErrorCode.EMPTY_DATA, "The arrays of '" + path + "' have no rows.");
        }
        boolean label = !targetsWanted && truth.isPresent() && looksLikeLabels(truth.get(), size);
        return new NpzSamples(path, arrays, truth, label, classes, size);
    }

    private static boolean looksLikeLabels(NpyArray truth, int size) {
        long elements = 1;
        for (int extent : truth.shape()) {
            elements *= extent;
        }
        return !truth.dtype().isFloat() && elements == size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Sample get(int index) {
        Map<String, float[]> inputs = new HashMap<>();
        arrays.forEach((name, array) -> inputs.put(name, floats(name, array, index)));
        String name = path.getFileName() + "[" + index + "]";
        if (truth.isEmpty()) {
            return new Sample(name, inputs, OptionalInt.empty(), Optional.empty());
        }
        float[] y = floats(TRUTH, truth.get(), index);
        if (truthIsLabel) {
            int label = Labels.checked("'" + path + "' y[" + index + "]", (long) y[0], classes);
            return new Sample(name, inputs, OptionalInt.of(label), Optional.empty());
        }
        return new Sample(name, inputs, OptionalInt.empty(), Optional.of(y));
    }

    private float[] floats(String name, NpyArray array, int index) {
        double[] row;
        try {
            row = array.row(index);
        } catch (IOException e) {
            throw Archive.unreadable(path, e);
        }
        float[] values = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            values[i] = (float) row[i];
            if (!Float.isFinite(values[i])) {
                throw new SelvedgeException(
                        ErrorCode.NAN_IN_DATA,
                        "'" + path + "': array '" + name + "' row " + index + " holds " + row[i] + " at element " + i
                                + "; replace or remove the row.");
            }
            if (!array.dtype().isFloat() && values[i] != row[i]) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "'" + path + "': array '" + name + "' row " + index + " holds the integer " + (long) row[i]
                                + "; whole numbers beyond 2^24 are not carried exactly.");
            }
        }
        return values;
    }

    @Override
    public Map<String, TensorType> inputs() {
        Map<String, TensorType> types = new TreeMap<>();
        arrays.forEach((name, array) -> {
            int[] shape = array.shape();
            long[] extents = new long[shape.length];
            extents[0] = 1;
            for (int axis = 1; axis < shape.length; axis++) {
                extents[axis] = shape[axis];
            }
            types.put(name, TensorType.of(array.dtype(), extents));
        });
        return types;
    }

    @Override
    public Optional<List<String>> classes() {
        return classes;
    }
}
