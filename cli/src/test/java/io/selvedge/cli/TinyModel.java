package io.selvedge.cli;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.op.OpCatalog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Models of a few kilobytes that compile in a moment: which of red, green and blue is strongest in a picture of 4 x 4? */
final class TinyModel {
    static final int CLASSES = 3;
    static final int VALUES = 3 * 4 * 4;
    private static final int CHANNELS = 8;
    private static final int MANY_CHANNELS = 64;

    private TinyModel() {}

    /** Input {@code x}, float32 [N,3,4,4] with N open; output {@code scores} [N,3]. */
    static Path write(Path file) throws IOException {
        return Files.write(file, open().build().toByteArray());
    }

    /** With N = 1 and so many channels that some can be cut, whatever the CPU. */
    static Path writeWide(Path file) {
        OnnxExporter.write(GraphText.parse(text(MANY_CHANNELS), OpCatalog.ALL), file);
        return file;
    }

    /** The same with an operator that nobody knows. */
    static Path writeWithUnknownOperator(Path file) throws IOException {
        ModelProto.Builder model = open();
        model.getGraphBuilder().getNodeBuilder(1).setOpType("Relux");
        return Files.write(file, model.build().toByteArray());
    }

    /** The same with a weight that is not a number. */
    static Path writeWithNanWeight(Path file) throws IOException {
        ModelProto.Builder model = open();
        TensorProto.Builder weight = model.getGraphBuilder().getInitializerBuilder(0);
        byte[] raw = weight.getRawData().toByteArray();
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, Float.NaN);
        weight.setRawData(ByteString.copyFrom(raw));
        return Files.write(file, model.build().toByteArray());
    }

    private static ModelProto.Builder open() throws IOException {
        ModelProto.Builder model = ModelProto.parseFrom(bytes()).toBuilder();
        model.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(0)
                .setDimParam("N");
        return model;
    }

    /** Input {@code x}, int8 [1,4]; output {@code y} [1,2]: its first two values, dequantised. */
    static Path writeOfIntegers(Path file) {
        String text = """
                graph integers
                input x: int8[1,4]
                const s: float32[] = {0.5}
                const z: int8[] = {0}
                const w: float32[4,2] = {1, 0, 0, 1, 0, 0, 0, 0}
                const b: float32[2] = {0, 0}
                node d: DequantizeLinear{axis=1}(x, s, z) -> f
                node g: Gemm{alpha=1.0, beta=1.0, transA=0, transB=0}(f, w, b) -> y
                output y
                """;
        OnnxExporter.write(GraphText.parse(text, OpCatalog.ALL), file);
        return file;
    }

    /** The model with N = 1. */
    static byte[] bytes() {
        return OnnxExporter.bytes(GraphText.parse(text(CHANNELS), OpCatalog.ALL), Map.of());
    }

    private static String text(int channels) {
        Random random = new Random(1);
        // Three channels pass a colour on; the others are noise that the last layer ignores.
        String conv = numbers(channels * 3 * 9, i -> {
            int out = i / 27;
            boolean centre = i % 9 == 4;
            return centre && i / 9 % 3 == out ? 1 : out < CLASSES ? 0 : random.nextGaussian() / 4;
        });
        String dense = numbers(CLASSES * channels, i -> i % channels == i / channels ? 2 : 0);
        return """
                graph colours
                input x: float32[1,3,4,4]
                const conv.w: float32[%d,3,3,3] = {%s}
                const conv.b: float32[%d] = splat 0.01
                const fc.w: float32[3,%d] = {%s}
                const fc.b: float32[3] = splat 0
                node conv: Conv{dilations=[1,1], group=1, pads=[1,1,1,1], strides=[1,1]}(x, conv.w, conv.b) -> c
                node relu: Relu(c) -> r
                node pool: GlobalAveragePool(r) -> p
                node flat: Flatten{axis=1}(p) -> f
                node fc: Gemm{alpha=1.0, beta=1.0, transA=0, transB=1}(f, fc.w, fc.b) -> scores
                output scores
                """.formatted(channels, conv, channels, channels, dense);
    }

    private static String numbers(int count, java.util.function.IntToDoubleFunction value) {
        return IntStream.range(0, count)
                .mapToObj(i -> Float.toString((float) value.applyAsDouble(i)))
                .collect(Collectors.joining(", "));
    }
}
