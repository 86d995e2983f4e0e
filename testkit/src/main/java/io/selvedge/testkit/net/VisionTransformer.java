package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.LayerNormalization;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import java.util.List;

/**
 * ViT-tiny, 224x224 in patches of 16: 197 tokens of 192 channels, 12 layers, 3 heads. Attention and Gelu are spelled out as
 * exporters spell them.
 *
 * @see <a href="https://arxiv.org/abs/2010.11929">An Image is Worth 16x16 Words</a>
 */
final class VisionTransformer {
    private static final int CHANNELS = 192;
    private static final int LAYERS = 12;
    private static final int HEADS = 3;
    private static final int PATCH = 16;
    private static final int TOKENS = (224 / PATCH) * (224 / PATCH) + 1;
    private static final double BRANCH_GAIN = 0.3;

    private final Layers net = new Layers("vit_tiny");

    private VisionTransformer() {}

    static Graph tiny() {
        return new VisionTransformer().graph();
    }

    private Graph graph() {
        String image = net.input(1, 3, 224, 224);
        String patches = net.conv(image, CHANNELS, PATCH, PATCH, 1, List.of(0, 0, 0, 0), 1);
        String rows = reshape(patches, 1, CHANNELS, TOKENS - 1);
        String x = net.add(
                "tokens",
                new Concat(1),
                net.normal("class_token", 0.5, 1, 1, CHANNELS),
                net.add("transpose", new Transpose(List.of(0, 2, 1)), rows));
        x = net.sum(x, net.normal("positions", 0.5, 1, TOKENS, CHANNELS));
        for (int layer = 0; layer < LAYERS; layer++) {
            x = net.sum(x, attention(norm(x)));
            x = net.sum(x, net.project(gelu(net.project(norm(x), 4 * CHANNELS, 1)), CHANNELS, BRANCH_GAIN));
        }
        String first = net.add("class", new Gather(1), norm(x), net.constant("zero", Tensor.longs(new long[] {0})));
        return net.build(net.linear(first, 1000, 1));
    }

    private String norm(String x) {
        Tensor ones = Tensor.filled(TensorType.of(DType.FLOAT32, CHANNELS), _ -> 1);
        return net.add(
                "norm",
                new LayerNormalization(-1, 1e-6f),
                x,
                net.constant("norm_scale", ones),
                net.normal("norm_bias", 0.05, CHANNELS));
    }

    private String attention(String x) {
        int head = CHANNELS / HEADS;
        String all = reshape(net.project(x, 3 * CHANNELS, 1), 1, TOKENS, 3, HEADS, head);
        String parts = net.add("heads", new Transpose(List.of(2, 0, 3, 1, 4)), all);
        String scaled = net.binary(Binary.Kind.MUL, part(parts, 0), net.constant("scale", Tensor.floats(new float[] {
            (float) (1 / Math.sqrt(head))
        })));
        String keys = net.add("keys", new Transpose(List.of(0, 1, 3, 2)), part(parts, 1));
        String weights = net.add("softmax", new Softmax(-1, false), net.add("scores", new MatMul(), scaled, keys));
        String mixed = net.add("mixed", new MatMul(), weights, part(parts, 2));
        String joined = net.add("joined", new Transpose(List.of(0, 2, 1, 3)), mixed);
        return net.project(reshape(joined, 1, TOKENS, CHANNELS), CHANNELS, BRANCH_GAIN);
    }

    private String part(String parts, long index) {
        return net.add("part", new Gather(0), parts, net.constant("index", Tensor.longs(new long[] {index})));
    }

    private String gelu(String x) {
        String root = net.constant("root_two", Tensor.floats(new float[] {(float) Math.sqrt(2)}));
        String erf = net.add("erf", new Unary(Unary.Kind.ERF), net.binary(Binary.Kind.DIV, x, root));
        String one = net.constant("one", Tensor.floats(new float[] {1}));
        String half = net.constant("half", Tensor.floats(new float[] {0.5f}));
        return net.binary(Binary.Kind.MUL, net.binary(Binary.Kind.MUL, x, net.sum(erf, one)), half);
    }

    private String reshape(String x, long... extents) {
        return net.add("reshape", new Reshape(false), x, net.constant("shape", Tensor.longs(extents, extents.length)));
    }
}
