package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Binary;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * BatchNormalization disappears into the weights of the Conv, ConvTranspose or Gemm in front of it; without one it becomes
 * {@code x * scale[c] + shift[c]}.
 */
public final class FuseBatchNorm implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            boolean single = node.outputs().stream().skip(1).allMatch(String::isEmpty);
            if (node.op() instanceof BatchNormalization && single) {
                ChannelAffine.ofBatchNorm(graph, node).ifPresent(affine -> fuse(edit, node, affine));
            }
        }
        return edit.apply();
    }

    private static void fuse(GraphEdit edit, Node node, ChannelAffine affine) {
        Optional<AffineProducer> producer = AffineProducer.of(edit, node.input(0));
        if (producer.isPresent()) {
            edit.replace(node, producer.get().absorb(affine, node, edit));
        } else if (edit.graph().type(node.output()).dtype() == DType.FLOAT32) {
            int rank = edit.graph().type(node.output()).shape().rank();
            String scale = edit.constant(node.name() + ".scale", alongChannels(affine.scale(), rank));
            String shift = edit.constant(node.name() + ".shift", alongChannels(affine.shift(), rank));
            String scaled = edit.fresh(node.output() + ".scaled");
            edit.replace(
                    node,
                    new Node(
                            edit.fresh(node.name() + ".scaled"),
                            new Binary(Binary.Kind.MUL),
                            List.of(node.input(0), scale),
                            List.of(scaled)),
                    new Node(node.name(), new Binary(Binary.Kind.ADD), List.of(scaled, shift), List.of(node.output())));
        }
    }

    private static Tensor alongChannels(double[] values, int rank) {
        long[] extents = new long[rank - 1];
        Arrays.fill(extents, 1);
        extents[0] = values.length;
        float[] floats = new float[values.length];
        for (int c = 0; c < floats.length; c++) {
            floats[c] = (float) values[c];
        }
        return Tensor.floats(floats, extents);
    }
}
