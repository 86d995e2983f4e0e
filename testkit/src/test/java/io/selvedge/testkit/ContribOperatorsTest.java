package io.selvedge.testkit;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators of com.microsoft, taken apart on import, against ONNX Runtime, whose they are. */
class ContribOperatorsTest {
    private static final String CONTRIB = "com.microsoft";

    /** ONNX Runtime computes the quantised ones by tables and in integers; a step is a rounding. */
    private static final Tolerance STEP = new Tolerance(1, 0);

    private final Random random = new Random(5);

    @TempDir
    private Path folder;

    private static OneNode node(String type) {
        return OneNode.of(CONTRIB, type);
    }

    private Tensor floats(long... extents) {
        return Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> 4 * random.nextDouble() - 2);
    }

    private Tensor bytes(DType dtype, long... extents) {
        return Tensor.integers(TensorType.of(dtype, extents), _ -> random.nextInt(256));
    }

    private static Tensor scale(double value) {
        return Tensor.floats(new float[] {(float) value});
    }

    private static Tensor zero(DType dtype, int value) {
        return Tensor.integers(TensorType.of(dtype), _ -> value);
    }

    private static Tensor integers(DType dtype, long[] values, long... extents) {
        return Tensor.integers(TensorType.of(dtype, extents), i -> values[i]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Relu", "Sigmoid", "Tanh", "LeakyRelu", "Clip", "HardSigmoid"})
    void fused_convolution(String activation) {
        OneNode node = node("FusedConv")
                .input(floats(1, 4, 7, 6))
                .constant(floats(8, 2, 3, 3))
                .constant(floats(8))
                .with("group", 2)
                .with("pads", List.of(1L, 1L, 1L, 1L))
                .with("kernel_shape", List.of(3L, 3L))
                .with("activation", activation);
        switch (activation) {
            case "LeakyRelu" -> node.withFloats("activation_params", 0.2f);
            case "Clip" -> node.withFloats("activation_params", -1f, 3f);
            case "HardSigmoid" -> node.withFloats("activation_params", 0.1f, 0.4f);
            default -> {}
        }
        node.agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void fused_convolution_with_a_sum() {
        node("FusedConv")
                .input(floats(1, 3, 5, 5))
                .constant(floats(4, 3, 3, 3))
                .constant(floats(4))
                .input(floats(1, 4, 3, 3))
                .with("activation", "Relu")
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void fused_products() {
        node("FusedGemm")
                .input(floats(5, 3))
                .constant(floats(4, 3))
                .constant(floats(4))
                .with("transB", 1)
                .with("alpha", 0.5f)
                .with("activation", "LeakyRelu")
                .with("activation_alpha", 0.3f)
                .agrees(folder, Tolerance.MODEL, "y");
        node("FusedMatMul")
                .input(floats(2, 3, 5))
                .input(floats(2, 4, 3))
                .with("transA", 1)
                .with("transB", 1)
                .with("alpha", 0.25f)
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void gelus() {
        node("Gelu").input(floats(3, 7)).agrees(folder, Tolerance.MODEL, "y");
        node("FastGelu").input(floats(3, 7)).agrees(folder, Tolerance.MODEL, "y");
        node("FastGelu").input(floats(3, 7)).constant(floats(7)).agrees(folder, Tolerance.MODEL, "y");
        node("BiasGelu").input(floats(3, 7)).constant(floats(7)).agrees(folder, Tolerance.MODEL, "y");
        node("QuickGelu").input(floats(3, 7)).with("alpha", 1.5f).agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void layer_normalisations() {
        node("SkipLayerNormalization")
                .input(floats(2, 3, 8))
                .input(floats(2, 3, 8))
                .constant(floats(8))
                .constant(floats(8))
                .constant(floats(8))
                .with("epsilon", 1e-5f)
                .agrees(folder, Tolerance.MODEL, "y", "", "", "sum");
        node("SkipSimplifiedLayerNormalization")
                .input(floats(2, 3, 8))
                .input(floats(2, 3, 8))
                .constant(floats(8))
                .with("epsilon", 1e-5f)
                .agrees(folder, Tolerance.MODEL, "y", "", "", "sum");
        OneNode.of("", "SimplifiedLayerNormalization")
                .input(floats(2, 3, 8))
                .constant(floats(8))
                .with("axis", -1)
                .with("epsilon", 1e-5f)
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void embeddings() {
        node("EmbedLayerNormalization")
                .input(integers(DType.INT32, new long[] {1, 4, 2, 0, 3, 3}, 2, 3))
                .input(integers(DType.INT32, new long[] {0, 1, 1, 0, 0, 1}, 2, 3))
                .constant(floats(5, 8))
                .constant(floats(4, 8))
                .constant(floats(2, 8))
                .constant(floats(8))
                .constant(floats(8))
                .input(integers(DType.INT32, new long[] {1, 1, 0, 1, 1, 1}, 2, 3))
                .with("epsilon", 1e-5f)
                .agrees(folder, Tolerance.MODEL, "y", "mask");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT8", "UINT8"})
    void quantised_arithmetic(String name) {
        DType dtype = DType.valueOf(name);
        int centre = dtype == DType.INT8 ? 3 : 120;
        for (String type : List.of("QLinearAdd", "QLinearMul")) {
            node(type)
                    .input(bytes(dtype, 2, 3, 4))
                    .constant(scale(0.05))
                    .constant(zero(dtype, centre))
                    .input(bytes(dtype, 1, 3, 1))
                    .constant(scale(0.03))
                    .constant(zero(dtype, centre + 1))
                    .constant(scale(0.08))
                    .constant(zero(dtype, centre - 5))
                    .agrees(folder, STEP, "y");
        }
        for (String type : List.of("QLinearSigmoid", "QLinearLeakyRelu")) {
            node(type)
                    .input(bytes(dtype, 2, 3, 4))
                    .constant(scale(0.05))
                    .constant(zero(dtype, centre))
                    .constant(scale(type.equals("QLinearSigmoid") ? 0.004 : 0.05))
                    .constant(zero(dtype, dtype == DType.INT8 ? -128 : 0))
                    .agrees(folder, STEP, "y");
        }
        node("QLinearSoftmax")
                .input(bytes(dtype, 2, 3, 4))
                .constant(scale(0.02))
                .constant(zero(dtype, centre))
                .constant(scale(0.004))
                .constant(zero(dtype, dtype == DType.INT8 ? -128 : 0))
                .with("axis", 1)
                .with("opset", 13)
                .agrees(folder, STEP, "y");
        node("QLinearSoftmax")
                .input(bytes(dtype, 2, 3, 4))
                .constant(scale(0.02))
                .constant(zero(dtype, centre))
                .constant(scale(0.004))
                .constant(zero(dtype, dtype == DType.INT8 ? -128 : 0))
                .with("axis", 1)
                .with("opset", 11)
                .agrees(folder, STEP, "y");
        node("QLinearConcat")
                .constant(scale(0.06))
                .constant(zero(dtype, centre))
                .input(bytes(dtype, 2, 3))
                .constant(scale(0.05))
                .constant(zero(dtype, centre))
                .input(bytes(dtype, 2, 1))
                .constant(scale(0.07))
                .constant(zero(dtype, centre + 9))
                .with("axis", 1)
                .agrees(folder, STEP, "y");
    }

    @Test
    void quantised_pools() {
        for (int channelsLast = 0; channelsLast < 2; channelsLast++) {
            node("QLinearGlobalAveragePool")
                    .input(channelsLast == 1 ? bytes(DType.UINT8, 1, 5, 4, 3) : bytes(DType.UINT8, 1, 3, 5, 4))
                    .constant(scale(0.05))
                    .constant(zero(DType.UINT8, 100))
                    .constant(scale(0.03))
                    .constant(zero(DType.UINT8, 110))
                    .with("channels_last", channelsLast)
                    .agrees(folder, STEP, "y");
            node("QLinearAveragePool")
                    .input(channelsLast == 1 ? bytes(DType.UINT8, 1, 6, 5, 3) : bytes(DType.UINT8, 1, 3, 6, 5))
                    .constant(scale(0.05))
                    .constant(zero(DType.UINT8, 100))
                    .constant(scale(0.03))
                    .constant(zero(DType.UINT8, 110))
                    .with("channels_last", channelsLast)
                    .with("kernel_shape", List.of(2L, 3L))
                    .with("strides", List.of(2L, 1L))
                    .with("pads", List.of(0L, 1L, 0L, 1L))
                    .agrees(folder, STEP, "y");
        }
    }

    @Test
    void quantisation_of_16_bits() {
        node("QuantizeLinear")
                .input(floats(3, 4))
                .constant(scale(0.001))
                .constant(Tensor.integers(TensorType.of(DType.INT16), _ -> 7))
                .agrees(folder, Tolerance.EXACT, "y");
        node("DequantizeLinear")
                .input(Tensor.integers(TensorType.of(DType.INT16, 5), i -> 5000L * i - 9000))
                .constant(scale(0.001))
                .constant(Tensor.integers(TensorType.of(DType.INT16), _ -> 7))
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void products_with_integer_weights() {
        node("DynamicQuantizeMatMul")
                .input(floats(3, 16))
                .constant(bytes(DType.INT8, 16, 5))
                .constant(Tensor.filled(TensorType.of(DType.FLOAT32, 5), i -> 0.01 * (i + 1)))
                .constant(integers(DType.INT8, new long[5], 5))
                .constant(floats(5))
                .agrees(folder, Tolerance.MODEL, "y");
        node("MatMulIntegerToFloat")
                .input(bytes(DType.UINT8, 3, 16))
                .constant(bytes(DType.UINT8, 16, 5))
                .constant(scale(0.02))
                .constant(scale(0.03))
                .constant(zero(DType.UINT8, 100))
                .constant(zero(DType.UINT8, 130))
                .constant(floats(5))
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void products_with_4_bit_weights() {
        node("MatMulNBits")
                .input(floats(3, 40))
                .constant(bytes(DType.UINT8, 6, 3, 8))
                .constant(floats(18))
                .with("K", 40)
                .with("N", 6)
                .with("bits", 4)
                .with("block_size", 16)
                .agrees(folder, Tolerance.MODEL, "y");
        node("MatMulNBits")
                .input(floats(2, 3, 64))
                .constant(bytes(DType.UINT8, 6, 2, 16))
                .constant(floats(12))
                .constant(bytes(DType.UINT8, 6))
                .with("K", 64)
                .with("N", 6)
                .with("bits", 4)
                .with("block_size", 32)
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void attention_of_packed_projections() {
        node("Attention")
                .input(floats(2, 5, 8))
                .constant(floats(8, 24))
                .constant(floats(24))
                .with("num_heads", 2)
                .agrees(folder, Tolerance.MODEL, "y");
        node("Attention")
                .input(floats(2, 5, 8))
                .constant(floats(8, 24))
                .constant(floats(24))
                .input(integers(DType.INT32, new long[] {1, 1, 1, 0, 0, 1, 1, 1, 1, 1}, 2, 5))
                .with("num_heads", 2)
                .agrees(folder, Tolerance.MODEL, "y");
        node("Attention")
                .input(floats(2, 5, 8))
                .constant(floats(8, 24))
                .constant(floats(24))
                .input(integers(DType.INT32, new long[] {3, 5}, 2))
                .with("num_heads", 2)
                .agrees(folder, Tolerance.MODEL, "y");
        node("Attention")
                .input(floats(1, 5, 8))
                .constant(floats(8, 24))
                .constant(floats(24))
                .with("num_heads", 4)
                .with("unidirectional", 1)
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @Test
    void attention_of_several_heads() {
        node("MultiHeadAttention")
                .input(floats(2, 3, 8))
                .input(floats(2, 5, 8))
                .input(floats(2, 5, 8))
                .constant(floats(24))
                .input(integers(DType.INT32, new long[] {1, 1, 1, 0, 0, 1, 1, 1, 1, 1}, 2, 5))
                .with("num_heads", 2)
                .agrees(folder, Tolerance.MODEL, "y");
        node("MultiHeadAttention")
                .input(floats(2, 3, 8))
                .input(floats(2, 3, 8))
                .input(floats(2, 3, 8))
                .absent()
                .absent()
                .input(floats(1, 2, 3, 3))
                .with("num_heads", 2)
                .with("scale", 0.3f)
                .agrees(folder, Tolerance.MODEL, "y");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rotary_embedding(int interleaved) {
        node("RotaryEmbedding")
                .input(floats(2, 3, 8))
                .input(integers(DType.INT64, new long[] {0, 1, 2, 2, 3, 4}, 2, 3))
                .constant(floats(6, 2))
                .constant(floats(6, 2))
                .with("interleaved", interleaved)
                .with("num_heads", 2)
                .agrees(folder, Tolerance.MODEL, "y");
        node("RotaryEmbedding")
                .input(floats(2, 2, 3, 4))
                .input(integers(DType.INT64, new long[] {1}, 1))
                .constant(floats(6, 2))
                .constant(floats(6, 2))
                .with("interleaved", interleaved)
                .agrees(folder, Tolerance.MODEL, "y");
    }
}
