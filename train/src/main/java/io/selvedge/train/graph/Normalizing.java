package io.selvedge.train.graph;

import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.InstanceNormalization;
import io.selvedge.compiler.op.LayerNormalization;
import io.selvedge.compiler.op.Lrn;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalisations. */
final class Normalizing {
    private Normalizing() {}

    /** In training with the statistics of the batch, which also move mean and variance in place. */
    static Tensor batch(Call call) {
        double epsilon = ((BatchNormalization) call.node().op()).epsilon();
        return torch.batch_norm(
                call.in(0),
                call.optional(1),
                call.optional(2),
                call.optional(3),
                call.optional(4),
                call.momentum().isPresent(),
                call.momentum().orElse(0),
                epsilon,
                false);
    }

    static List<Tensor> layer(Call call) {
        LayerNormalization op = (LayerNormalization) call.node().op();
        Tensor x = call.in(0);
        long first = Call.axis(op.axis(), call.rank(0));
        long[] axes = LongStream.range(first, x.dim()).toArray();
        long[] extents = LongStream.of(axes).map(x::size).toArray();
        TensorOptional none = new TensorOptional();
        Tensor y = torch.layer_norm(x, extents, none, none, op.epsilon(), false).mul(call.in(1));
        List<Tensor> outputs = new ArrayList<>(List.of(call.has(2) ? y.add(call.in(2)) : y));
        if (call.node().outputs().size() > 1) {
            Tensor mean = x.mean(axes, true, new ScalarTypeOptional());
            outputs.add(mean);
            Tensor variance = x.sub(mean).square().mean(axes, true, new ScalarTypeOptional());
            outputs.add(variance.add(Natively.number(op.epsilon())).rsqrt());
        }
        return outputs;
    }

    static Tensor instance(Call call) {
        Tensor x = call.in(0);
        double epsilon = ((InstanceNormalization) call.node().op()).epsilon();
        long[] spatial = LongStream.range(2, x.dim()).toArray();
        Tensor centred = x.sub(x.mean(spatial, true, new ScalarTypeOptional()));
        Tensor variance = centred.square().mean(spatial, true, new ScalarTypeOptional());
        Tensor y = centred.mul(variance.add(Natively.number(epsilon)).rsqrt());
        int rank = call.rank(0);
        return y.mul(Convolutions.perChannel(call.in(1), rank)).add(Convolutions.perChannel(call.in(2), rank));
    }

    static Tensor acrossChannels(Call call) {
        Lrn op = (Lrn) call.node().op();
        Tensor x = call.in(0);
        long channels = x.size(1);
        long[] pads = new long[2 * (int) (x.dim() - 1)];
        pads[pads.length - 2] = (op.size() - 1L) / 2;
        pads[pads.length - 1] = op.size() / 2L;
        Tensor squares = torch.constant_pad_nd(x.square(), pads, Natively.number(0));
        Tensor sum = squares.narrow(1, 0, channels);
        for (int i = 1; i < op.size(); i++) {
            sum = sum.add(squares.narrow(1, i, channels));
        }
        Tensor base = sum.mul(Natively.number(op.alpha() / op.size())).add(Natively.number(op.bias()));
        return x.div(base.pow(Natively.number(op.beta())));
    }
}
