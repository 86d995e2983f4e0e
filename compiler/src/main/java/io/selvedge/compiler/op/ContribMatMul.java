package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * Products with integer weights: MatMulIntegerToFloat ({@code (A - a0) * (B - b0) * a * b + bias}), DynamicQuantizeMatMul,
 * which quantises A first, and MatMulNBits, whose 4-bit blocks are unpacked into a constant.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed operators</a>
 */
final class ContribMatMul {
    private ContribMatMul() {}

    /** Inputs: A, B, scale of A, scales of B, zero point of A, zero points of B, bias. */
    static Op readIntegerToFloat(OpCall call) {
        Composition body = new Composition(call);
        boolean onePoint = !call.has(4) || call.inputType(4).shape().elements() == 1;
        String product = onePoint && call.inputType(0).shape().rank() > 1 && QuantizedOperators.packs(call, 1, 5)
                ? integers(call, call.input(0), call.input(4), call.input(5))
                : body.matmul(
                        centred(call, call.input(0), call.input(4)), centred(call, call.input(1), call.input(5)));
        return scaled(body, product, body.mul(call.input(2), call.input(3)), call.input(6));
    }

    /** Inputs: A (f32), B, scales of B, zero points of B, bias. */
    static Op readDynamicQuantize(OpCall call) {
        Composition body = new Composition(call);
        List<String> quantized = call.before("quantized", new DynamicQuantizeLinear(), 3, call.input(0));
        String product = call.inputType(0).shape().rank() > 1 && QuantizedOperators.packs(call, 1, 3)
                ? integers(call, quantized.get(0), quantized.get(2), call.input(3))
                : body.matmul(
                        centred(call, quantized.get(0), quantized.get(2)),
                        centred(call, call.input(1), call.input(3)));
        return scaled(body, product, body.mul(quantized.get(1), call.input(2)), call.input(4));
    }

    /** The exact product with input 1 as f32. */
    private static String integers(OpCall call, String a, String zeroA, String zeroB) {
        String sum = call.before("integers", new MatMulInteger(), a, call.input(1), zeroA, zeroB);
        return new Composition(call).cast(sum, DType.FLOAT32);
    }

    private static Op scaled(Composition body, String product, String scale, String bias) {
        return bias.isEmpty()
                ? body.last(new Binary(Binary.Kind.MUL), product, scale)
                : body.last(new Binary(Binary.Kind.ADD), body.mul(product, scale), bias);
    }

    private static String centred(OpCall call, String x, String zeroPoint) {
        Composition body = new Composition(call);
        String wide = body.cast(x, DType.FLOAT32);
        return zeroPoint.isEmpty() ? wide : body.sub(wide, body.cast(zeroPoint, DType.FLOAT32));
    }

    /** Inputs: A, B [N, blocks, bytes], scales, zero points (packed, 8 by default), group indices, bias. */
    static Op readNBits(OpCall call) {
        Composition body = new Composition(call);
        Attributes attributes = call.attributes();
        int k = attributes.index("K");
        int n = attributes.index("N");
        int block = attributes.index("block_size");
        body.without(attributes.index("bits", 4) != 4, "other widths than 4 bits");
        body.withoutInputs(List.of(4), "g_idx");
        if (block < 16 || (block & (block - 1)) != 0 || k < 1 || n < 1) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "needs K and N of at least 1 and a block_size that is a power of two from 16 on, has " + k + ", "
                            + n + ", " + block);
        }
        int blocks = (k - 1) / block + 1;
        Tensor packed = known(call, 1, "B");
        Tensor scales = known(call, 2, "scales");
        Optional<Tensor> zeros = call.has(3) ? Optional.of(known(call, 3, "zero_points")) : Optional.empty();
        Operands.shapes(
                packed.elements() == (long) n * blocks * block / 2 && scales.elements() == (long) n * blocks,
                "needs B of %s bytes and %s scales, got %s and %s",
                (long) n * blocks * block / 2,
                (long) n * blocks,
                packed,
                scales);
        body.without(zeros.isPresent() && zeros.get().dtype() != DType.UINT8, "zero points that are not packed");
        int zeroBytes = (blocks + 1) / 2;
        Tensor weights = Tensor.filled(TensorType.of(scales.dtype(), k, n), i -> {
            int row = i / n;
            int column = i % n;
            int group = column * blocks + row / block;
            int at = group * block + row % block;
            long value = packed.getLong(at / 2) >> at % 2 * 4 & 15;
            int shift = row / block % 2 * 4;
            int zeroAt = column * zeroBytes + row / block / 2;
            long zero =
                    zeros.map(tensor -> tensor.getLong(zeroAt) >> shift & 15).orElse(8L);
            return (value - zero) * scales.getDouble(group);
        });
        String product = body.matmul(call.input(0), call.constant("weights", weights));
        return call.has(5)
                ? body.last(new Binary(Binary.Kind.ADD), product, call.input(5))
                : body.last(new Identity(), product);
    }

    private static Tensor known(OpCall call, int index, String what) {
        return call.known(index)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs input " + index + " (" + what + ") to be constant; it is computed from the data"));
    }
}
