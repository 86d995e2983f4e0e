package io.selvedge.compiler;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.ModelBytes;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.tflite.TfliteImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads a model file of any format that is known, told apart by its first bytes and not by its name. */
public final class ModelReader {
    private ModelReader() {}

    /**
     * The model as a graph.
     *
     * @throws SelvedgeException as {@link OnnxImporter#read(Path, ImportOptions)} and {@link TfliteImporter#read} do
     */
    public static Graph read(Path file, ImportOptions options) {
        return isTflite(file)
                ? TfliteImporter.read(ModelBytes.read(file), String.valueOf(file.getFileName()), options)
                : OnnxImporter.read(file, options);
    }

    /** The model as a graph in which nodes that cannot be read are kept for another runtime; a TFLite file has no such nodes. */
    public static Graph readForFallback(Path file, ImportOptions options) {
        return isTflite(file) ? read(file, options) : OnnxImporter.readForFallback(file, options);
    }

    /** Shapes of the inputs as the file declares them, an open dimension as a symbol. */
    public static Map<String, Shape> declaredInputs(Path file) {
        if (!isTflite(file)) {
            return OnnxImporter.declaredInputs(file);
        }
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tfliteInputs(file).forEach((name, type) -> shapes.put(name, type.shape()));
        return shapes;
    }

    /** Element type and shape of an input as the file declares them.
     *  @throws SelvedgeException BAD_OPTION when there is no such input */
    public static TensorType declaredType(Path file, String name) {
        if (!isTflite(file)) {
            return OnnxImporter.declaredType(file, name);
        }
        Map<String, TensorType> types = tfliteInputs(file);
        return Optional.ofNullable(types.get(name))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "the model has no input '" + name + "'; its inputs are " + types.keySet()));
    }

    private static Map<String, TensorType> tfliteInputs(Path file) {
        return TfliteImporter.declaredInputs(ModelBytes.read(file), String.valueOf(file.getFileName()));
    }

    /** Whether the file is a TFLite model; a file that cannot be read is none. */
    public static boolean isTflite(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return TfliteImporter.recognizes(in.readNBytes(8));
        } catch (IOException e) {
            // The reader that is then asked says why.
            return false;
        }
    }
}
