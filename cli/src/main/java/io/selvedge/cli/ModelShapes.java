package io.selvedge.cli;

import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options about reading a model: what its open dimensions and unchanging inputs are, and which operators are added. */
public final class ModelShapes {
    private static final int MOST_BINDINGS = 8;

    @Option(
            names = "--dim",
            paramLabel = "NAME=V",
            description = "Value of a named dimension, e.g. --dim batch=1. Repeatable. deploy takes several values,"
                    + " --dim seq=32,128: the bundle has code for each, and a session picks.")
    private final Map<String, String> dims = new LinkedHashMap<>();

    @Option(
            names = "--input-shape",
            paramLabel = "INPUT=D,D,...",
            description = "Extents of an input, e.g. --input-shape x=1,3,48,192; wins over --dim. Repeatable.")
    private final Map<String, String> inputShapes = new LinkedHashMap<>();

    @Option(
            names = "--constant",
            paramLabel = "INPUT=V,V,...",
            description = "Value of an input that never changes, e.g. --constant sr=16000; it decides branches and trip"
                    + " counts. Repeatable.")
    private final Map<String, String> constants = new LinkedHashMap<>();

    @Option(
            names = "--max-dim",
            paramLabel = "VALUE=N",
            description =
                    "Most elements of a value whose extent the data decides, by its name or its node's, e.g."
                            + " --max-dim selected_indices=100 behind NonMaxSuppression. Default: as many as there can be. Repeatable.")
    private final Map<String, Integer> maxDims = new LinkedHashMap<>();

    @Mixin
    private PluginOption plugins = new PluginOption();

    /**
     * What was given, for this model and a command that takes one shape.
     *
     * @throws SelvedgeException BAD_OPTION, BAD_PLUGIN
     */
    public ImportOptions options(Path model) {
        dims.forEach((name, values) -> {
            if (values.contains(",")) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--dim " + name + "=" + values
                                + ": this command takes one value of a dimension; 'selvedge deploy' takes several");
            }
        });
        return bindings(model).getFirst();
    }

    /**
     * One for each value of a dimension; with lists for several dimensions each with each, the first values first.
     *
     * @throws SelvedgeException BAD_OPTION
     */
    public List<ImportOptions> bindings(Path model) {
        List<Map<String, Integer>> choices = List.of(Map.of());
        for (Map.Entry<String, String> dim : dims.entrySet()) {
            List<Map<String, Integer>> longer = new ArrayList<>();
            for (Map<String, Integer> choice : choices) {
                for (int value : values(dim.getKey(), dim.getValue())) {
                    Map<String, Integer> next = new LinkedHashMap<>(choice);
                    next.put(dim.getKey(), value);
                    longer.add(next);
                }
            }
            if (longer.size() > MOST_BINDINGS) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--dim: " + dims + " are " + longer.size()
                                + " bindings or more, each with code of its own; at most " + MOST_BINDINGS
                                + " go into a bundle. Give fewer values; a session takes the next larger one");
            }
            choices = longer;
        }
        ImportOptions fixed = fixed(model);
        return choices.stream().map(fixed::withDims).toList();
    }

    private static List<Integer> values(String name, String list) {
        List<Integer> values = new ArrayList<>();
        for (String value : list.split(",", -1)) {
            int extent = dim(name, value);
            if (values.contains(extent)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION, "--dim " + name + "=" + list + " gives " + extent + " twice");
            }
            values.add(extent);
        }
        return values;
    }

    /** What is the same for every binding. */
    private ImportOptions fixed(Path model) {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        inputShapes.forEach((name, text) -> {
            List<Integer> extents = new ArrayList<>();
            for (String extent : text.replaceAll("[\\[\\]\\s]", "").split("[,x]", -1)) {
                extents.add(extent("--input-shape " + name + "=" + text, extent));
            }
            shapes.put(name, extents);
        });
        Map<String, Tensor> fixed = new LinkedHashMap<>();
        constants.forEach(
                (name, text) -> fixed.put(name, ConstantText.parse(name, text, ModelReader.declaredType(model, name))));
        maxDims.forEach((name, most) -> extent("--max-dim " + name + "=" + most, String.valueOf(most)));
        return new ImportOptions(Map.of(), shapes, fixed, maxDims, plugins.read());
    }

    /** Sequences may be empty and optionals absent, which the importer names as dimensions too. */
    private static int dim(String name, String value) {
        boolean mayBeNone = name.endsWith(":length") || name.endsWith(":present");
        return mayBeNone && value.strip().equals("0") ? 0 : extent("--dim " + name + "=" + value, value);
    }

    private static int extent(String option, String text) {
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw new SelvedgeException(
                ErrorCode.BAD_OPTION, option + ": an extent must be a whole number of at least 1, got '" + text + "'");
    }
}
