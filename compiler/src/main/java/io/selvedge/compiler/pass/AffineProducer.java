package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Gemm;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Conv, ConvTranspose or Gemm with constant f32 weights, which can take up a {@link ChannelAffine} of its output:
 * {@code w'[o,...] = w[o,...] * scale[o]}, {@code b'[o] = b[o] * scale[o] + shift[o]}.
 */
record AffineProducer(Node node, Tensor weight, Optional<double[]> bias) {
    private static final Set<String> TYPES = Set.of("Conv", "ConvTranspose", "Gemm");

    /** The producer of a value, if it is one of these and nobody else reads the value. */
    static Optional<AffineProducer> of(GraphEdit edit, String value) {
        return edit.producer(value, TYPES).filter(_ -> edit.readOnce(value)).flatMap(node -> of(edit.graph(), node));
    }

    /** The node as a producer with constant weights, if it is one. */
    static Optional<AffineProducer> of(Graph graph, Node node) {
        Optional<Tensor> weight = graph.constant(node.input(1)).filter(w -> w.dtype() == DType.FLOAT32);
        if (weight.isEmpty()) {
            return Optional.empty();
        }
        if (!node.hasInput(2)) {
            return Optional.of(new AffineProducer(node, weight.get(), Optional.empty()));
        }
        int channels = graph.type(node.output()).shape().extent(1);
        // A convolution's bias is a vector over channels, a Gemm's broadcasts to [M,N]: either way the last axis
        // counts.
        int[] row = {1, channels};
        return graph.constant(node.input(2))
                .flatMap(b -> ChannelAffine.perChannel(b, row))
                .map(b -> new AffineProducer(node, weight.get(), Optional.of(b)));
    }

    /** The node that computes the affine function of this one's output, under the outputs of {@code last}. */
    Node absorb(ChannelAffine affine, Node last, GraphEdit edit) {
        float[] weights = weight.toFloats();
        float[] shifted = new float[affine.scale().length];
        double beta = node.op() instanceof Gemm gemm ? gemm.beta() : 1;
        for (int c = 0; c < shifted.length; c++) {
            int channel = c;
            shifted[c] = (float)
                    (bias.map(b -> b[channel] * beta * affine.scale()[channel]).orElse(0.0) + affine.shift()[c]);
        }
        String w = node.input(1);
        if (affine.scales()) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (float) (weights[i] * affine.scale()[outputChannel(i)]);
            }
            w = edit.constant(w, Tensor.floats(weights, longs(weight.shape().extents())));
        }
        String b = edit.constant(
                node.hasInput(2) ? node.input(2) : node.name() + ".bias", Tensor.floats(shifted, shifted.length));
        Op op = node.op() instanceof Gemm gemm ? new Gemm(gemm.alpha(), 1, gemm.transA(), gemm.transB()) : node.op();
        edit.use(node);
        return new Node(node.name(), op, List.of(node.input(0), w, b), last.outputs());
    }

    private int outputChannel(int index) {
        int[] extents = weight.shape().extents();
        int inner = 1;
        for (int axis = 2; axis < extents.length; axis++) {
            inner *= extents[axis];
        }
        return switch (node.op().type()) {
            case "Conv" -> index / (inner * extents[1]);
            case "ConvTranspose" -> {
                int group = Math.toIntExact(node.op().attributes().get("group") instanceof Long value ? value : 1L);
                int in = index / (inner * extents[1]);
                yield in / (extents[0] / group) * extents[1] + index / inner % extents[1];
            }
            default -> node.op() instanceof Gemm gemm && gemm.transB() ? index / extents[1] : index % extents[1];
        };
    }

    private static long[] longs(int[] extents) {
        return java.util.Arrays.stream(extents).asLongStream().toArray();
    }
}
