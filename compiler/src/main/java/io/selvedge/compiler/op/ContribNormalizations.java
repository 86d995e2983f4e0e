package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import java.util.List;

/**
 * SkipLayerNormalization, SimplifiedLayerNormalization ({@code X / sqrt(mean(X^2) + epsilon) * scale}) and both at once, and
 * EmbedLayerNormalization: the sum of word, position and segment embeddings, normalised.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed operators</a>
 */
final class ContribNormalizations {
    private ContribNormalizations() {}

    /** Inputs: input, skip, gamma, beta, bias; outputs: normalised sum, mean, 1 / deviation, sum. */
    static Op readSkip(OpCall call) {
        Composition body = new Composition(call);
        String sum = body.withBias(body.add(call.input(0), call.input(1)), 4);
        body.without(call.outputs() > 1 && call.outputs() < 4, "its outputs mean and inv_std_var");
        call.computed(3, sum);
        float epsilon = call.attributes().number("epsilon", 1e-12f);
        LayerNormalization normalization = new LayerNormalization(-1, epsilon);
        return call.has(3)
                ? body.last(normalization, sum, call.input(2), call.input(3))
                : body.last(normalization, sum, call.input(2));
    }

    /** Inputs: X, scale. */
    static Op readSimplified(OpCall call) {
        Composition body = new Composition(call);
        body.without(call.outputs() > 1, "its output inv_std_var");
        return simplified(call, call.input(0), call.input(1), call.axis(-1), 1e-5f);
    }

    /** Inputs: input, skip, gamma, bias; outputs as {@link #readSkip}. */
    static Op readSkipSimplified(OpCall call) {
        Composition body = new Composition(call);
        String sum = body.withBias(body.add(call.input(0), call.input(1)), 3);
        body.without(call.outputs() > 1 && call.outputs() < 4, "its outputs mean and inv_std_var");
        call.computed(3, sum);
        return simplified(call, sum, call.input(2), -1, 1e-12f);
    }

    private static Op simplified(OpCall call, String x, String scale, int axis, float epsilon) {
        Composition body = new Composition(call);
        int rank = body.extents(x).length;
        List<Integer> axes = java.util.stream.IntStream.range(Operands.axis(axis, rank), rank)
                .boxed()
                .toList();
        String square = call.before("mean_square", new Reduce(Reduce.Kind.MEAN, axes, true), body.mul(x, x));
        String safe = body.add(square, body.scalarLike(x, call.attributes().number("epsilon", epsilon)));
        String unit = call.before("unit", new Binary(Binary.Kind.DIV), x, body.unary(Unary.Kind.SQRT, safe));
        return body.last(new Binary(Binary.Kind.MUL), unit, scale);
    }

    /**
     * Inputs: word and segment indices [N,S], the embeddings of words, positions and segments, gamma, beta, mask [N,S] and
     * position indices; outputs: normalised sum, number of mask's ones, sum.
     */
    static Op readEmbed(OpCall call) {
        Composition body = new Composition(call);
        Gather rows = new Gather(0);
        String sum = call.before("words", rows, call.input(2), call.input(0));
        String positions = call.has(8)
                ? call.before("positions", rows, call.input(3), call.input(8))
                : body.slice(call.input(3), 0, 0, call.extents(0)[1]);
        sum = body.add(sum, positions);
        if (call.has(1)) {
            sum = body.add(sum, call.before("segments", rows, call.input(4), call.input(1)));
        }
        if (call.has(7) && call.outputs() > 1) {
            String ones = call.before("ones", new Reduce(Reduce.Kind.SUM, List.of(1), false), call.input(7));
            call.computed(1, body.cast(ones, DType.INT32));
        } else {
            body.without(call.outputs() == 2, "its output mask_index where there is no mask");
        }
        call.computed(2, sum);
        LayerNormalization normalization =
                new LayerNormalization(-1, call.attributes().number("epsilon", 1e-12f));
        return body.last(normalization, sum, call.input(5), call.input(6));
    }
}
