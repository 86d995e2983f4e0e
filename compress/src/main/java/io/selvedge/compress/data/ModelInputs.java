package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model takes, and whether data are that.
 *
 * @param types by input name, every extent known
 */
public record ModelInputs(Map<String, TensorType> types) {
    public ModelInputs {
        types = Map.copyOf(types);
    }

    /** What a graph takes. */
    public static ModelInputs of(Graph graph) {
        Map<String, TensorType> types = new HashMap<>();
        graph.inputs().forEach(input -> types.put(input, graph.type(input)));
        return new ModelInputs(types);
    }

    /**
     * Checks the inputs that data give. Axes of extent 1 may be more or fewer, since they change no order in memory; a model
     * of floats takes any numbers, a model of integers takes integers. Inputs that the model does not have are ignored.
     *
     * @param given types by name, as {@link Dataset#inputs}
     * @param where what messages call the data: a description's file, {@code the data set}
     * @throws SelvedgeException BAD_DATA for a missing input, SHAPE_MISMATCH, DTYPE_MISMATCH
     */
    public void check(Map<String, TensorType> given, String where) {
        new TreeMap<>(types).forEach((name, wanted) -> {
            TensorType found = given.get(name);
            if (found == null) {
                throw missing(name, wanted.toString(), given, where);
            }
            checkShape(name, wanted, found, where);
            if (!wanted.dtype().isFloat() && found.dtype().isFloat()) {
                throw new SelvedgeException(
                        ErrorCode.DTYPE_MISMATCH,
                        "the model's input '" + name + "' holds whole numbers, " + wanted + "; " + where + " gives "
                                + found + "; set 'dtype: " + wanted.dtype().text()
                                + "' in 'input', with the offset and scale that lead to the model's integers");
            }
        });
    }

    /**
     * For an input that the data do not have.
     *
     * @param wanted its type as text
     */
    public static SelvedgeException missing(String name, String wanted, Map<String, TensorType> given, String where) {
        return new SelvedgeException(
                ErrorCode.BAD_DATA,
                "the model needs an input '" + name + "' (" + wanted + "); " + where + " gives "
                        + new TreeMap<>(given).keySet()
                        + "; name them alike ('name' in 'input', or the arrays of an .npz)");
    }

    private static void checkShape(String name, TensorType wanted, TensorType found, String where) {
        int[] model = withoutOnes(wanted.shape().extents());
        int[] data = withoutOnes(found.shape().extents());
        if (Arrays.equals(model, data)) {
            return;
        }
        boolean reordered = Arrays.equals(sorted(model), sorted(data));
        throw new SelvedgeException(
                ErrorCode.SHAPE_MISMATCH,
                "the model's input '" + name + "' is " + wanted + "; " + where + " gives " + found + "; "
                        + (reordered
                                ? "the axes are in another order: try the other 'layout' (NCHW, NHWC) in 'input'"
                                : "correct 'resize', 'colour' or 'layout' in 'input', the shape of 'record', or the array"));
    }

    private static int[] withoutOnes(int[] extents) {
        return Arrays.stream(extents).filter(extent -> extent != 1).toArray();
    }

    private static int[] sorted(int[] extents) {
        int[] copy = extents.clone();
        Arrays.sort(copy);
        return copy;
    }
}
