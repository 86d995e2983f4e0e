package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Binds the open dimensions of graph inputs. */
final class InputShapes {
    private final ImportOptions options;
    private final Set<String> symbols = new TreeSet<>();
    private final Set<String> inputs = new TreeSet<>();

    InputShapes(ImportOptions options) {
        this.options = options;
    }

    /**
     * Shape of an input with everything known.
     *
     * @throws SelvedgeException UNBOUND_DIMENSION that names the option to give; BAD_OPTION when a given shape has another rank
     */
    Shape bind(ValueInfoProto input) {
        String name = input.getName();
        inputs.add(name);
        List<Integer> given = options.inputShapes().get(name);
        Optional<Shape> declared = declared(input);
        if (declared.isEmpty()) {
            if (given == null) {
                throw new SelvedgeException(
                        ErrorCode.UNBOUND_DIMENSION,
                        "input '" + name + "' has no shape in the file; give --input-shape " + name + "=N,...");
            }
            return shape(given);
        }
        List<Dim> dims = declared.get().dims();
        if (given != null) {
            if (given.size() != dims.size()) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--input-shape " + name + "=" + list(given) + " has " + given.size() + " axes; input '" + name
                                + "' has " + dims.size() + ": " + new Shape(dims));
            }
            return shape(given);
        }
        if (!declared.get().isStatic()) {
            throw unbound(name, dims);
        }
        return declared.get();
    }

    /**
     * How many elements a sequence has, or whether an optional is there: a dimension named {@code input:what}.
     *
     * @throws SelvedgeException UNBOUND_DIMENSION when nothing binds it
     */
    int count(String input, String what, Supplier<String> otherwise) {
        String symbol = input + ":" + what;
        symbols.add(symbol);
        Integer value = options.dims().get(symbol);
        if (value == null) {
            throw new SelvedgeException(ErrorCode.UNBOUND_DIMENSION, otherwise.get());
        }
        return value;
    }

    /** Shape in the file, with the dimensions that the options name bound; empty when the file has none. */
    Optional<Shape> declared(ValueInfoProto input) {
        if (!input.getType().getTensorType().hasShape()) {
            return Optional.empty();
        }
        List<Dim> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension dimension :
                input.getType().getTensorType().getShape().getDimList()) {
            dims.add(dim(input.getName(), dims.size(), dimension));
        }
        return Optional.of(new Shape(dims));
    }

    /** @throws SelvedgeException BAD_OPTION when an option names what the model does not have */
    void checkAllUsed() {
        options.checkUsed(symbols, inputs);
    }

    private Dim dim(String input, int axis, TensorShapeProto.Dimension dimension) {
        if (dimension.hasDimValue() && dimension.getDimValue() >= 0) {
            return new Dim.Known(dimension.getDimValue());
        }
        String text = dimension.getDimParam().trim();
        boolean named = !text.isEmpty() && !text.startsWith("?") && !text.startsWith("-");
        String symbol = named ? text : input + ":" + axis;
        symbols.add(symbol);
        Integer value = options.dims().get(symbol);
        return value == null ? new Dim.Symbol(symbol) : new Dim.Known(value);
    }

    /** The first axis is nearly always the batch, where 1 is what a device wants; the others are the user's to know. */
    private SelvedgeException unbound(String input, List<Dim> dims) {
        List<String> open = new ArrayList<>();
        List<String> shape = new ArrayList<>();
        for (int axis = 0; axis < dims.size(); axis++) {
            boolean known = dims.get(axis) instanceof Dim.Known;
            shape.add(known ? dims.get(axis).toString() : axis == 0 ? "1" : "<number>");
            if (!known) {
                open.add(dims.get(axis).toString());
            }
        }
        String named = open.stream()
                .distinct()
                .map(symbol ->
                        "--dim " + symbol + "=" + (dims.getFirst().toString().equals(symbol) ? "1" : "<number>"))
                .collect(Collectors.joining(" "));
        return new SelvedgeException(
                ErrorCode.UNBOUND_DIMENSION,
                "input '" + input + "' " + new Shape(dims) + " leaves " + String.join(", ", open)
                        + " open; generated code needs every extent. Give " + named + " or --input-shape " + input + "="
                        + String.join(",", shape) + without(input));
    }

    /** Options that say nothing about this input: a name may be misspelt. */
    private String without(String input) {
        List<String> given = new ArrayList<>();
        options.dims().keySet().stream()
                .filter(dim -> !symbols.contains(dim))
                .map(dim -> "--dim " + dim)
                .sorted()
                .forEach(given::add);
        options.inputShapes().keySet().stream()
                .filter(name -> !inputs.contains(name))
                .map(name -> "--input-shape " + name)
                .sorted()
                .forEach(given::add);
        return given.isEmpty() ? "" : "; '" + input + "' does not use " + String.join(", ", given);
    }

    private static Shape shape(List<Integer> extents) {
        return Shape.of(extents.stream().mapToLong(extent -> extent).toArray());
    }

    private static String list(List<Integer> extents) {
        return extents.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
