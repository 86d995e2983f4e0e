package io.selvedge.compress.deploy;

import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compress.data.ModelInputs;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Gives the dimensions that a model leaves open, and the user too, the extents of the data's samples. */
public final class OpenDimensions {
    private final Map<String, Integer> bound;

    private OpenDimensions(Map<String, Integer> bound) {
        this.bound = bound;
    }

    /**
     * The dimensions that the user or the data bind.
     *
     * @param given what the user says, which wins
     * @param data types of a sample's inputs
     * @param where what messages call the data
     * @throws SelvedgeException BAD_DATA when the data lack an input, SHAPE_MISMATCH when no extents make them fit
     */
    public static ImportOptions bind(Path model, ImportOptions given, Map<String, TensorType> data, String where) {
        OpenDimensions dimensions = new OpenDimensions(new HashMap<>(given.dims()));
        ModelReader.declaredInputs(model).forEach((name, shape) -> {
            if (!given.inputShapes().containsKey(name) && !given.constants().containsKey(name)) {
                dimensions.bind(name, shape, data, where);
            }
        });
        return given.withDims(dimensions.bound);
    }

    /** Whether samples have the shapes that the model's inputs have with these extents. */
    static boolean fit(Path model, ImportOptions given, Map<String, TensorType> data) {
        OpenDimensions dimensions = new OpenDimensions(new HashMap<>(given.dims()));
        return ModelReader.declaredInputs(model).entrySet().stream()
                .filter(input -> !given.inputShapes().containsKey(input.getKey())
                        && !given.constants().containsKey(input.getKey()))
                .allMatch(input -> {
                    TensorType found = data.get(input.getKey());
                    return found != null && dimensions.fits(input.getValue(), found.shape());
                });
    }

    private void bind(String name, Shape declared, Map<String, TensorType> data, String where) {
        List<Integer> open = IntStream.range(0, declared.rank())
                .filter(axis ->
                        declared.dims().get(axis) instanceof Dim.Symbol symbol && !bound.containsKey(symbol.name()))
                .boxed()
                .toList();
        if (open.isEmpty()) {
            return;
        }
        TensorType found = data.get(name);
        if (found == null) {
            throw ModelInputs.missing(name, declared.toString(), data, where);
        }
        if (fitsAxisByAxis(declared, found.shape())) {
            open.forEach(axis -> bound.put(
                    declared.dims().get(axis).toString(), found.shape().extent(axis)));
            return;
        }
        // A batch of one in front, or axes of extent 1 elsewhere: the number of elements tells, their order is checked
        // later.
        long known = declared.dims().stream().mapToLong(this::extentOrOne).reduce(1, Math::multiplyExact);
        long elements = found.shape().elements();
        if (open.size() != 1 || known == 0 || elements % known != 0) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "the model's input '" + name + "' is " + declared + "; " + where + " gives " + found
                            + "; correct the data, or give --input-shape " + name + "=...");
        }
        bound.put(declared.dims().get(open.getFirst()).toString(), Math.toIntExact(elements / known));
    }

    /** Axis by axis; when every extent is bound, but for axes of extent 1, as samples often lack a batch of one. */
    private boolean fits(Shape declared, Shape found) {
        boolean bound = declared.dims().stream()
                .allMatch(dim -> dim instanceof Dim.Known || this.bound.containsKey(dim.toString()));
        return fitsAxisByAxis(declared, found)
                || bound
                        && Arrays.equals(
                                declared.dims().stream()
                                        .mapToLong(this::extentOrOne)
                                        .filter(extent -> extent != 1)
                                        .toArray(),
                                Arrays.stream(found.extents())
                                        .asLongStream()
                                        .filter(extent -> extent != 1)
                                        .toArray());
    }

    private boolean fitsAxisByAxis(Shape declared, Shape found) {
        return declared.rank() == found.rank()
                && IntStream.range(0, declared.rank()).allMatch(axis -> switch (declared.dims()
                        .get(axis)) {
                    case Dim.Known(long value) -> value == found.extent(axis);
                    case Dim.Symbol(String symbol) ->
                        bound.getOrDefault(symbol, found.extent(axis)) == found.extent(axis);
                });
    }

    private long extentOrOne(Dim dim) {
        return switch (dim) {
            case Dim.Known(long value) -> value;
            case Dim.Symbol(String symbol) -> bound.getOrDefault(symbol, 1);
        };
    }
}
