package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.onnx.ImportOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Shapes of a file's inputs. TFLite files give every extent, 1 for those that a caller may choose; those are open under the
 * name {@code input:axis}, and 1 unless an option says otherwise.
 */
final class TfliteInputs {
    private final ImportOptions options;
    private final String file;
    private final Set<String> symbols = new TreeSet<>();
    private final Set<String> inputs = new TreeSet<>();

    TfliteInputs(ImportOptions options, String file) {
        this.options = options;
        this.file = file;
    }

    /** @throws SelvedgeException BAD_OPTION when a given shape has another rank, UNBOUND_DIMENSION, BAD_MODEL */
    Shape bind(TfliteTensor tensor, String name) {
        inputs.add(name);
        Shape declared = declared(tensor);
        List<Integer> given = options.inputShapes().get(name);
        if (given == null) {
            if (!declared.isStatic()) {
                throw new SelvedgeException(
                        ErrorCode.UNBOUND_DIMENSION,
                        "input '" + name + "' " + declared + " leaves extents open; give --input-shape " + name
                                + "=N,... (" + file + ")");
            }
            return bounded(declared, name);
        }
        if (given.size() != declared.rank()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--input-shape " + name + "=" + given + " has " + given.size() + " axes; input '" + name + "' has "
                            + declared.rank() + ": " + declared);
        }
        return bounded(TfliteCall.shape(given), name);
    }

    private Shape bounded(Shape shape, String name) {
        long elements = 1;
        for (int extent : shape.extents()) {
            if (extent > 0 && elements > Integer.MAX_VALUE / extent) {
                throw new SelvedgeException(
                        ErrorCode.BAD_MODEL,
                        "input '" + name + "' " + shape + " has more than 2^31 elements (" + file + ")");
            }
            elements *= extent;
        }
        return shape;
    }

    /** Shape in the file, with the dimensions that the options name bound. */
    Shape declared(TfliteTensor tensor) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < tensor.extents().size(); axis++) {
            int extent = tensor.extents().get(axis);
            boolean open = extent < 0
                    || axis < tensor.signature().size() && tensor.signature().get(axis) < 0;
            String symbol = tensor.name() + ":" + axis;
            Integer bound = open ? options.dims().get(symbol) : null;
            if (open) {
                symbols.add(symbol);
            }
            dims.add(
                    bound != null ? new Dim.Known(bound) : extent < 0 ? new Dim.Symbol(symbol) : new Dim.Known(extent));
        }
        return new Shape(dims);
    }

    /** @throws SelvedgeException BAD_OPTION when an option names what the model does not have */
    void checkAllUsed() {
        options.checkUsed(symbols, inputs);
    }
}
