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
    @Option(
            names = "--dim",
            paramLabel = "NAME=V",
            description = "Value of a named dimension, e.g. --dim batch=1. Repeatable.")
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

    @Mixin
    private PluginOption plugins = new PluginOption();

    /**
     * What was given, for this model.
     *
     * @throws SelvedgeException BAD_OPTION, BAD_PLUGIN
     */
    public ImportOptions options(Path model) {
        Map<String, Integer> values = new LinkedHashMap<>();
        dims.forEach((name, value) -> values.put(name, dim(name, value)));
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
        return new ImportOptions(values, shapes, fixed, plugins.read());
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
