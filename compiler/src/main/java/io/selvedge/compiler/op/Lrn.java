package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Op;
import java.util.List;

/**
 * {@code Y = X / (bias + alpha / size * sum X^2)^beta}, the sum over {@code size} channels around each: read as an AveragePool
 * along the channels, which pads do not leave out.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LRN.html">ONNX LRN</a>
 */
final class Lrn {
    private Lrn() {}

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        int size = attributes.index("size");
        Operands.floating(call.inputType(0));
        int[] extents = call.extents(0);
        shapes(extents.length >= 2, "needs X of rank 2 or more, got %s", call.inputType(0));
        Composition body = new Composition(call);
        String x = call.input(0);
        int inner = Strides.product(extents, 2, extents.length);
        String squares = body.reshape(body.mul(x, x), extents[0], extents[1], inner);
        Pool pool = new Pool(
                Pool.Kind.AVERAGE,
                List.of(size),
                List.of(1),
                List.of((size - 1) / 2, size / 2),
                List.of(1),
                false,
                true);
        String means = call.before("mean", pool, body.transpose(squares, 0, 2, 1));
        String around = body.reshape(
                body.transpose(means, 0, 2, 1),
                java.util.Arrays.stream(extents).asLongStream().toArray());
        String scaled = body.mul(around, body.scalarLike(x, attributes.number("alpha", 1e-4f)));
        String base = body.add(scaled, body.scalarLike(x, attributes.number("bias", 1)));
        String power = body.scalarLike(x, attributes.number("beta", 0.75f));
        return body.last(
                new Binary(Binary.Kind.DIV), x, call.before("scale", new Binary(Binary.Kind.POW), base, power));
    }
}
