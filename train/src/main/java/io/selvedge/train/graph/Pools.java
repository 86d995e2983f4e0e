package io.selvedge.train.graph;

import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Pooling of one to three spatial axes. */
final class Pools {
    private Pools() {}

    static Tensor global(Call call) {
        Tensor x = call.in(0);
        long[] spatial = LongStream.range(2, x.dim()).toArray();
        return ((GlobalPool) call.node().op()).kind() == Pool.Kind.MAX
                ? x.amax(spatial, true)
                : x.mean(spatial, true, new org.bytedeco.pytorch.ScalarTypeOptional());
    }

    static Tensor pool(Call call) {
        Pool op = (Pool) call.node().op();
        List<Integer> pads = paddedToTheEnd(op, call);
        boolean padded = pads.stream().anyMatch(pad -> pad != 0);
        if (op.kind() == Pool.Kind.MAX) {
            double lowest = Double.NEGATIVE_INFINITY;
            Tensor x = padded ? padded(call.in(0), pads, lowest) : call.in(0);
            return max(x, op);
        }
        Tensor x = padded ? padded(call.in(0), pads, 0) : call.in(0);
        Tensor sums = sums(x, op);
        int taps = op.kernelShape().stream().reduce(1, Math::multiplyExact);
        if (!padded) {
            return sums.div(Natively.number(taps));
        }
        return sums.div(counts(call.in(0), op, pads));
    }

    /** Elements that a window counts: those inside, with the operator's own pads where it says so. */
    private static Tensor counts(Tensor x, Pool op, List<Integer> pads) {
        long[] extents = x.shape();
        extents[0] = 1;
        extents[1] = 1;
        Tensor inside = torch.ones_like(x).narrow(0, 0, 1).narrow(1, 0, 1);
        if (!op.countIncludePad()) {
            return sums(padded(inside, pads, 0), op);
        }
        List<Integer> beyond = new ArrayList<>();
        for (int i = 0; i < pads.size(); i++) {
            beyond.add(pads.get(i) - op.pads().get(i));
        }
        return sums(padded(padded(inside, op.pads(), 1), beyond, 0), op);
    }

    /** With ceil mode the last window hangs over: as many elements more at the end. */
    private static List<Integer> paddedToTheEnd(Pool op, Call call) {
        int rank = op.kernelShape().size();
        List<Integer> pads = new ArrayList<>(op.pads());
        for (int axis = 0; axis < rank; axis++) {
            int y = call.outputType().shape().extent(axis + 2);
            int span = op.dilations().get(axis) * (op.kernelShape().get(axis) - 1) + 1;
            int needed = (y - 1) * op.strides().get(axis) + span;
            int there = (int) call.in(0).size(axis + 2) + pads.get(axis) + pads.get(rank + axis);
            pads.set(rank + axis, pads.get(rank + axis) + Math.max(0, needed - there));
        }
        return pads;
    }

    private static Tensor padded(Tensor x, List<Integer> pads, double value) {
        return torch.constant_pad_nd(x, Convolutions.pads(pads), Natively.number(value));
    }

    private static Tensor sums(Tensor x, Pool op) {
        long[] kernel = Convolutions.longs(op.kernelShape());
        long[] strides = Convolutions.longs(op.strides());
        long[] none = new long[kernel.length];
        boolean dilated = op.dilations().stream().anyMatch(dilation -> dilation != 1);
        if (dilated || kernel.length == 1) {
            return sumsByConvolution(x, op);
        }
        LongOptional undivided = new LongOptional(1);
        return kernel.length == 2
                ? torch.avg_pool2d(x, kernel, strides, none, false, true, undivided)
                : torch.avg_pool3d(x, kernel, strides, none, false, true, undivided);
    }

    private static Tensor sumsByConvolution(Tensor x, Pool op) {
        int rank = op.kernelShape().size();
        long channels = x.size(1);
        long[] w = new long[rank + 2];
        w[0] = channels;
        w[1] = 1;
        for (int axis = 0; axis < rank; axis++) {
            w[axis + 2] = op.kernelShape().get(axis);
        }
        Tensor ones = torch.ones(w).toType(x.scalar_type());
        return torch.convolution(
                x,
                ones,
                new TensorOptional(),
                Convolutions.longs(op.strides()),
                new long[rank],
                Convolutions.longs(op.dilations()),
                false,
                new long[rank],
                channels);
    }

    private static Tensor max(Tensor x, Pool op) {
        long[] kernel = Convolutions.longs(op.kernelShape());
        long[] strides = Convolutions.longs(op.strides());
        long[] dilations = Convolutions.longs(op.dilations());
        long[] none = new long[kernel.length];
        return switch (kernel.length) {
            case 1 -> torch.max_pool1d(x, kernel, strides, none, dilations, false);
            case 2 -> torch.max_pool2d(x, kernel, strides, none, dilations, false);
            default -> torch.max_pool3d(x, kernel, strides, none, dilations, false);
        };
    }
}
