package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention and MultiHeadAttention in their plain forms, {@code softmax(Q * K^T * scale + mask) * V} per head, and
 * RotaryEmbedding. Past and present keys and values are not supported.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed operators</a>
 */
final class ContribAttention {
    private final OpCall call;
    private final Composition body;
    private final int heads;

    private ContribAttention(OpCall call) {
        this.call = call;
        this.body = new Composition(call);
        this.heads = call.attributes().index("num_heads");
        body.without(call.outputs() > 1, "its outputs present_key and present_value");
    }

    /** Inputs: X [N,S,D], weights [D, Q+K+V], bias, mask index, past, attention bias. */
    static Op read(OpCall call) {
        ContribAttention attention = new ContribAttention(call);
        attention.body.withoutInputs(List.of(4, 6), "past state");
        attention.body.without(call.attributes().flag("do_rotary", false), "do_rotary");
        String projected = attention.body.withBias(attention.body.matmul(call.input(0), call.input(1)), 2);
        int all = call.extents(1)[1];
        List<Integer> sizes = call.attributes().integers("qkv_hidden_sizes", List.of(all / 3, all / 3, all / 3));
        if (sizes.size() != 3 || sizes.stream().mapToInt(Integer::intValue).sum() != all) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "qkv_hidden_sizes " + sizes + " do not sum to " + all);
        }
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            parts.add(attention.body.slice(projected, 2, from, from + size));
            from += size;
        }
        return attention.attend(parts.get(0), parts.get(1), parts.get(2), 3, 5);
    }

    /** Inputs: Q [N,S,H*D], K and V [N,L,H*D], bias of all three, key padding mask, attention bias, past. */
    static Op readMultiHead(OpCall call) {
        ContribAttention attention = new ContribAttention(call);
        Composition body = attention.body;
        body.withoutInputs(List.of(6, 7, 8), "past state");
        body.without(
                !call.has(1)
                        || !call.has(2)
                        || call.extents(0).length != 3
                        || call.extents(1).length != 3
                        || call.extents(2).length != 3,
                "packed or 4-dimensional query, key and value");
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < 3; i++) {
            int size = call.extents(i)[2];
            parts.add(
                    call.has(3)
                            ? body.add(call.input(i), body.slice(call.input(3), 0, from, from + size))
                            : call.input(i));
            from += size;
        }
        return attention.attend(parts.get(0), parts.get(1), parts.get(2), 4, 5);
    }

    private Op attend(String q, String k, String v, int mask, int bias) {
        int[] query = body.extents(q);
        int length = body.extents(k)[1];
        int width = query[2] / heads;
        float scale = call.attributes().number("scale", 0);
        String keys = body.transpose(split(k), 0, 1, 3, 2);
        String scores = body.matmul(split(q), keys);
        scores = body.mul(scores, body.scalarLike(scores, scale == 0 ? 1 / Math.sqrt(width) : scale));
        if (call.has(bias)) {
            scores = body.add(scores, call.input(bias));
        }
        if (call.has(mask)) {
            scores = body.add(scores, masked(scores, mask, query[0], length));
        }
        if (call.attributes().flag("unidirectional", false)) {
            scores = body.add(scores, causal(scores, query[1], length));
        }
        String weights = call.before("weights", new Softmax(3, false), scores);
        String heads4 = body.transpose(body.matmul(weights, split(v)), 0, 2, 1, 3);
        int[] y = body.extents(heads4);
        return body.last(new Reshape(false), heads4, body.integers(y[0], y[1], (long) y[2] * y[3]));
    }

    /** [N,L,H*D] as [N,H,L,D]. */
    private String split(String x) {
        int[] extents = body.extents(x);
        Operands.shapes(extents[2] % heads == 0, "needs a width that num_heads=%s divides, got %s", heads, extents[2]);
        return body.transpose(body.reshape(x, extents[0], extents[1], heads, extents[2] / heads), 0, 2, 1, 3);
    }

    /** 0 where the mask is 1, else the filter value; the mask is [N,L], or [N] with the number of keys that count. */
    private String masked(String scores, int input, int batch, int length) {
        String mask = call.input(input);
        int[] extents = body.extents(mask);
        if (extents.length == 1 && extents[0] == batch) {
            Tensor positions = Tensor.integers(TensorType.of(DType.INT32, 1, length), i -> i);
            mask = call.before(
                    "counted",
                    new Binary(Binary.Kind.LESS),
                    call.constant("positions", positions),
                    body.reshape(body.cast(mask, DType.INT32), batch, 1));
        }
        int[] flat = body.extents(mask);
        body.without(
                flat.length < 2 || flat.length > 3 || flat[flat.length - 1] != length,
                "masks other than [batch], [batch, keys] and [batch, queries, keys]");
        String wide = body.reshape(
                body.cast(mask, call.typeOf(scores).dtype()), flat[0], 1, flat.length == 3 ? flat[1] : 1, length);
        float filter = call.attributes().number("mask_filter_value", -10000);
        String missing = body.sub(body.scalarLike(scores, 1), wide);
        return body.mul(missing, body.scalarLike(scores, filter));
    }

    private String causal(String scores, int queries, int keys) {
        float filter = call.attributes().number("mask_filter_value", -10000);
        Tensor mask = Tensor.filled(
                TensorType.of(call.typeOf(scores).dtype(), queries, keys),
                i -> i % keys > i / keys + (keys - queries) ? filter : 0);
        return call.constant("causal", mask);
    }

    /** Inputs: X [N,S,H*D] or [N,H,S,D], positions [1] or [N,S], cosines and sines [positions, D/2]. */
    static Op readRotary(OpCall call) {
        Composition body = new Composition(call);
        Attributes attributes = call.attributes();
        body.without(attributes.flag("is_packed_batching", false), "is_packed_batching");
        int[] extents = call.extents(0);
        int half = call.extents(2)[1];
        boolean flat = extents.length == 3;
        int heads = flat ? Math.max(attributes.index("num_heads", 0), 0) : extents[1];
        int width = flat ? (heads == 0 ? 2 * half : extents[2] / heads) : extents[3];
        body.without(width != 2 * half, "a rotation of a part of each head");
        int batch = extents[0];
        int steps = flat ? extents[1] : extents[2];
        // Heads behind the steps, as the flat form has them.
        String x = flat
                ? body.reshape(call.input(0), batch, steps, extents[2] / width, width)
                : body.transpose(call.input(0), 0, 2, 1, 3);
        String cosines = table(call, 2, batch, steps, half);
        String sines = table(call, 3, batch, steps, half);
        boolean interleaved = attributes.flag("interleaved", false);
        String pairs = interleaved ? body.reshape(x, batch, steps, -1, half, 2) : x;
        int axis = interleaved ? 4 : 3;
        String a = part(body, pairs, axis, 0, interleaved ? 1 : half, interleaved);
        String b = part(body, pairs, axis, interleaved ? 1 : half, interleaved ? 2 : width, interleaved);
        String first = body.sub(body.mul(a, cosines), body.mul(b, sines));
        String second = body.add(body.mul(a, sines), body.mul(b, cosines));
        String joined;
        if (interleaved) {
            String left = body.reshape(first, batch, steps, -1, half, 1);
            joined = body.reshape(
                    body.concat(4, left, body.reshape(second, batch, steps, -1, half, 1)), batch, steps, -1, width);
        } else {
            joined = body.concat(3, first, second);
        }
        return flat
                ? body.last(new Reshape(false), joined, body.integers(batch, steps, extents[2]))
                : body.last(new Transpose(List.of(0, 2, 1, 3)), joined);
    }

    private static String part(Composition body, String pairs, int axis, int from, int to, boolean interleaved) {
        String slice = body.slice(pairs, axis, from, to);
        int[] extents = body.extents(slice);
        return interleaved ? body.reshape(slice, extents[0], extents[1], extents[2], extents[3]) : slice;
    }

    /** Rows of a table at the positions, as [N or 1, S, 1, D/2]; one position is that of the first step. */
    private static String table(OpCall call, int input, int batch, int steps, int half) {
        Composition body = new Composition(call);
        if (call.extents(1).length == 1 && call.extents(1)[0] == 1) {
            Tensor offsets = Tensor.integers(TensorType.of(call.inputType(1).dtype(), steps), i -> i);
            String positions = body.add(call.input(1), call.constant("offsets", offsets));
            return body.reshape(call.before("rows", new Gather(0), call.input(input), positions), 1, steps, 1, half);
        }
        String rows = call.before("rows", new Gather(0), call.input(input), call.input(1));
        return body.reshape(rows, batch, steps, 1, half);
    }
}
