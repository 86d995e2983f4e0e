package io.selvedge.train.graph;

import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Softmax;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** Folds along axes, and softmax. */
final class Reductions {
    private Reductions() {}

    static Tensor reduce(Call call) {
        Reduce op = (Reduce) call.node().op();
        Tensor x = call.in(0);
        long[] axes = Convolutions.longs(op.axes());
        boolean keep = op.keepDims();
        if (axes.length == 0) {
            return x;
        }
        return switch (op.kind()) {
            case SUM -> sum(x, axes, keep);
            case MEAN -> x.mean(axes, keep, new ScalarTypeOptional());
            case MAX -> x.amax(axes, keep);
            case MIN -> x.amin(axes, keep);
            case PROD -> product(x, op);
            case L1 -> sum(x.abs(), axes, keep);
            case L2 -> sum(x.square(), axes, keep).sqrt();
            case SUM_SQUARE -> sum(x.square(), axes, keep);
            case LOG_SUM -> sum(x, axes, keep).log();
            case LOG_SUM_EXP -> x.logsumexp(axes, keep);
        };
    }

    private static Tensor sum(Tensor x, long[] axes, boolean keep) {
        return x.sum(axes, keep, new ScalarTypeOptional());
    }

    private static Tensor product(Tensor x, Reduce op) {
        Tensor y = x;
        for (int axis : op.axes().reversed()) {
            y = y.prod(axis, op.keepDims(), new ScalarTypeOptional());
        }
        return y;
    }

    static Tensor softmax(Call call) {
        Softmax op = (Softmax) call.node().op();
        long axis = Call.axis(op.axis(), call.rank(0));
        return op.log() ? call.in(0).log_softmax(axis) : call.in(0).softmax(axis);
    }
}
