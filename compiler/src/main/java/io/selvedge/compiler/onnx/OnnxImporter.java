package io.selvedge.compiler.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads ONNX files of opset 1 to 22 and states them in the form of opset 17, every shape known. */
public final class OnnxImporter {
    private OnnxImporter() {}

    /** Reads a file as it is, as {@link #read(Path, ImportOptions)}. */
    public static Graph read(Path file) {
        return read(file, ImportOptions.none());
    }

    /**
     * Reads a file; external data may lie in its folder.
     *
     * @throws SelvedgeException MODEL_NOT_FOUND, IO_ERROR, and what {@link #read(byte[], String, Optional, ImportOptions)} throws
     */
    public static Graph read(Path file, ImportOptions options) {
        Path folder = file.toAbsolutePath().getParent();
        return read(ModelBytes.read(file), String.valueOf(file.getFileName()), Optional.ofNullable(folder), options);
    }

    /**
     * Reads a file of which another runtime shall run what cannot be read: such nodes become {@link Opaque} where the file
     * declares types and shapes of their outputs.
     *
     * @throws SelvedgeException as {@link #read(Path, ImportOptions)}; UNSUPPORTED_OP where it does not
     */
    public static Graph readForFallback(Path file, ImportOptions options) {
        String name = String.valueOf(file.getFileName());
        Optional<Path> folder = Optional.ofNullable(file.toAbsolutePath().getParent());
        return new GraphReader(parse(ModelBytes.read(file), name), name, folder, options, true).read();
    }

    /**
     * Shapes of the inputs as the file declares them: an open dimension is a symbol, named as {@link ImportOptions#dims} takes
     * it. Inputs without a declared shape are left out.
     *
     * @throws SelvedgeException MODEL_NOT_FOUND, IO_ERROR or BAD_MODEL
     */
    public static Map<String, Shape> declaredInputs(Path file) {
        GraphProto graph =
                parse(ModelBytes.read(file), String.valueOf(file.getFileName())).getGraph();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        InputShapes open = new InputShapes(ImportOptions.none());
        graph.getInputList()
                .forEach(input -> open.declared(input).ifPresent(shape -> shapes.put(input.getName(), shape)));
        // Files of IR version 3 list initializers among the inputs.
        graph.getInitializerList().forEach(initializer -> shapes.remove(initializer.getName()));
        return shapes;
    }

    /**
     * What the file says about itself: its metadata_props, sorted by key.
     *
     * @throws SelvedgeException MODEL_NOT_FOUND, IO_ERROR or BAD_MODEL
     */
    public static Map<String, String> metadata(Path file) {
        Map<String, String> metadata = new TreeMap<>();
        parse(ModelBytes.read(file), String.valueOf(file.getFileName()))
                .getMetadataPropsList()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        return metadata;
    }

    /**
     * Element type and shape of an input as the file declares them, where it is a tensor of a known type; an input without a
     * shape is taken as one axis of any extent.
     *
     * @throws SelvedgeException MODEL_NOT_FOUND, IO_ERROR, BAD_MODEL; BAD_OPTION when there is no such input
     */
    public static TensorType declaredType(Path file, String name) {
        GraphProto graph =
                parse(ModelBytes.read(file), String.valueOf(file.getFileName())).getGraph();
        for (ValueInfoProto input : graph.getInputList()) {
            Optional<DType> dtype =
                    DType.ofOnnxCode(input.getType().getTensorType().getElemType());
            if (input.getName().equals(name) && dtype.isPresent()) {
                Shape anyLength = new Shape(List.of(new Dim.Symbol(name + ":0")));
                return new TensorType(
                        dtype.get(),
                        new InputShapes(ImportOptions.none()).declared(input).orElse(anyLength));
            }
        }
        throw new SelvedgeException(
                ErrorCode.BAD_OPTION,
                "the model has no tensor input '" + name + "'; its inputs are "
                        + graph.getInputList().stream()
                                .map(ValueInfoProto::getName)
                                .toList());
    }

    /**
     * Reads the bytes of a file.
     *
     * @param name file name for messages; without its ending the graph's name
     * @param folder where external data may lie
     * @throws SelvedgeException BAD_MODEL, UNSUPPORTED_OPSET, UNSUPPORTED_OP, UNSUPPORTED_DTYPE, BAD_GRAPH, BAD_ATTRIBUTE,
     *     SHAPE_MISMATCH, DTYPE_MISMATCH, UNBOUND_DIMENSION, EXTERNAL_DATA or BAD_OPTION
     */
    public static Graph read(byte[] bytes, String name, Optional<Path> folder, ImportOptions options) {
        ModelProto model = parse(bytes, name);
        return new GraphReader(model, name, folder, options, false).read();
    }

    /**
     * Reads a file that holds one tensor, as test suites and tools store them ({@code input_0.pb}).
     *
     * @throws SelvedgeException BAD_MODEL, UNSUPPORTED_DTYPE
     */
    public static Tensor readTensor(byte[] bytes, String name) {
        try {
            return new TensorReader(name, Optional.empty()).read(TensorProto.parseFrom(bytes), name);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL, name + " is not an ONNX tensor, or it is cut off: " + e.getMessage(), e);
        }
    }

    private static ModelProto parse(byte[] bytes, String name) {
        if (bytes.length == 0) {
            throw new SelvedgeException(ErrorCode.BAD_MODEL, name + " is empty; copy or export the model again");
        }
        try {
            CodedInputStream stream = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            // Large raw_data then points into the array instead of being copied.
            stream.enableAliasing(true);
            ModelProto model = ModelProto.parseFrom(stream);
            if (!model.hasGraph() || model.getIrVersion() < 3) {
                throw new SelvedgeException(
                        ErrorCode.BAD_MODEL,
                        name + " is not an ONNX model of IR version 3 or later: it has "
                                + (model.hasGraph() ? "IR version " + model.getIrVersion() : "no graph"));
            }
            return model;
        } catch (IOException e) {
            // TFLite files are told by their bytes, so that this one is none.
            String kind = name.endsWith(".tflite") ? " is neither a TFLite nor an ONNX model" : " is not an ONNX model";
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    name + kind + ", or it is cut off: " + e.getMessage() + " (" + bytes.length + " bytes)",
                    e);
        }
    }
}
