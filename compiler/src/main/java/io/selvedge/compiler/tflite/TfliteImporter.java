package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Reads TFLite files and states them as an ONNX file would be: integers between QuantizeLinear and DequantizeLinear, the
 * specification of every rounding. Inputs and outputs keep their names, element types and order of axes.
 */
public final class TfliteImporter {
    private final TfliteFile file;
    private final TfliteGraph graph;
    private final GraphBuilder builder;
    private final ImportOptions options;
    private final Set<String> names = new HashSet<>();

    private TfliteImporter(TfliteFile file, ImportOptions options) {
        this.file = file;
        this.options = options;
        String name = file.name();
        this.builder = new GraphBuilder(name.endsWith(".tflite") ? name.substring(0, name.length() - 7) : name);
        this.graph = new TfliteGraph(file, builder);
    }

    /** Whether these are the first bytes of a TFLite file, eight at least. */
    public static boolean recognizes(byte[] start) {
        return TfliteFile.isTflite(start);
    }

    /**
     * Reads the bytes of a file.
     *
     * @param name file name for messages; without its ending the graph's name
     * @throws SelvedgeException BAD_MODEL, UNSUPPORTED_OP, UNSUPPORTED_DTYPE, BAD_GRAPH, BAD_ATTRIBUTE, SHAPE_MISMATCH,
     *     DTYPE_MISMATCH, UNBOUND_DIMENSION or BAD_OPTION
     */
    public static Graph read(byte[] bytes, String name, ImportOptions options) {
        try {
            return new TfliteImporter(new TfliteFile(bytes, name), options).read();
        } catch (SelvedgeException e) {
            String message = String.valueOf(e.getMessage());
            throw message.contains(name) ? e : new SelvedgeException(e.code(), message + " (" + name + ")", e);
        }
    }

    /** Types of the inputs as the file declares them. */
    public static Map<String, TensorType> declaredInputs(byte[] bytes, String name) {
        TfliteFile file = new TfliteFile(bytes, name);
        TfliteInputs inputs = new TfliteInputs(ImportOptions.none(), name);
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (int index : file.inputs()) {
            TfliteTensor tensor = file.tensors().get(index);
            types.put(tensor.name(), new TensorType(tensor.dtype(), inputs.declared(tensor)));
        }
        return types;
    }

    private Graph read() {
        TfliteInputs shapes = new TfliteInputs(options, file.name());
        Map<TfliteTensor, String> inputs = named(file.inputs());
        Map<TfliteTensor, String> outputs = named(file.outputs());
        builder.reserve(inputs.values());
        builder.reserve(outputs.values());
        inputs.forEach((tensor, name) -> {
            Tensor constant = options.constants().get(name);
            TensorType type = new TensorType(tensor.dtype(), shapes.bind(tensor, name));
            graph.define(tensor, constant == null ? builder.input(name, type) : builder.namedConstant(name, constant));
        });
        shapes.checkAllUsed();
        DilatedConvolutions dilated = new DilatedConvolutions(file);
        file.operators().stream()
                .filter(operator -> !dilated.isInside(operator))
                .forEach(operator -> translate(dilated.endingAt(operator).orElse(operator)));
        outputs.forEach((tensor, name) -> {
            graph.identity(name, tensor);
            builder.output(name);
        });
        return builder.build();
    }

    /** Names of values that the file may give twice, or to an input and an output. */
    private Map<TfliteTensor, String> named(List<Integer> indices) {
        Map<TfliteTensor, String> named = new LinkedHashMap<>();
        for (int index : indices) {
            TfliteTensor tensor = file.tensors().get(index);
            String name = tensor.name();
            while (!names.add(name)) {
                name = name + "_" + index;
            }
            named.put(tensor, name);
        }
        return named;
    }

    private void translate(TfliteFile.Operator operator) {
        String where = " (" + file.name() + ", operator " + operator.index() + ")";
        TfliteCatalog.Supported known = TfliteCatalog.find(operator.code()).orElseThrow(() -> unknown(operator, where));
        String subject = known.name()
                + operator.outputs().stream()
                        .findFirst()
                        .map(output -> " '" + file.tensors().get(output).name() + "'")
                        .orElse("");
        try {
            known.translator().translate(new TfliteCall(graph, operator, known.name()));
        } catch (SelvedgeException e) {
            throw new SelvedgeException(e.code(), subject + ": " + e.getMessage() + where, e);
        } catch (ArithmeticException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | IllegalStateException
                | NegativeArraySizeException
                | NoSuchElementException e) {
            // Shapes of a damaged file overflow or contradict each other in ways that no single check foresees.
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    subject + " contradicts the shapes of its inputs: " + e.getMessage() + where,
                    e);
        }
    }

    private static SelvedgeException unknown(TfliteFile.Operator operator, String where) {
        String name = TfliteCatalog.name(operator.code(), operator.custom());
        return new SelvedgeException(
                ErrorCode.UNSUPPORTED_OP,
                "TFLite operator " + name + " is not supported: " + TfliteCatalog.reason(operator.code())
                        + TfliteCatalog.nearest(operator.custom().isEmpty() ? name : operator.custom())
                                .map(nearest -> "; nearest that is: " + nearest)
                                .orElse("")
                        + where);
    }
}
