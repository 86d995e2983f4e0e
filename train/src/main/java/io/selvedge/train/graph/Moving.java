package io.selvedge.train.graph;

import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.DepthToSpace;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.GatherElements;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.SpaceToDepth;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Trilu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Operators that move elements. */
final class Moving {
    private Moving() {}

    /**
     * Reshape, Flatten, Squeeze, Unsqueeze: the output's extents in the graph, with the axis that holds the batch as many times
     * longer as the input's is. That axis is the first one with as many elements in front of it.
     */
    static Tensor reshape(Call call) {
        return call.in(0).reshape(withBatch(call.in(0), call.inputType(0), call.outputType()));
    }

    private static long[] withBatch(Tensor x, TensorType from, TensorType to) {
        long[] target = NativeTensor.extents(to.shape());
        int axis = batchAxis(x, from);
        if (axis < 0) {
            return target;
        }
        int[] stated = from.shape().extents();
        long before = Arrays.stream(stated, 0, axis).asLongStream().reduce(1, (a, b) -> a * b);
        long inFront = 1;
        for (int i = 0; i < target.length; i++) {
            if (inFront == before) {
                target[i] = target[i] * x.size(axis) / stated[axis];
                return target;
            }
            inFront *= target[i];
        }
        return target;
    }

    /** The axis on which a tensor is not as the graph says; -1 without one. */
    private static int batchAxis(Tensor x, TensorType stated) {
        for (int axis = 0; axis < stated.shape().rank(); axis++) {
            if (x.size(axis) != stated.shape().extent(axis)) {
                return axis;
            }
        }
        return -1;
    }

    static Tensor expand(Call call) {
        long[] target = NativeTensor.extents(call.outputType().shape());
        int lead = target.length - call.rank(0);
        int axis = batchAxis(call.in(0), call.inputType(0));
        if (axis >= 0) {
            target[axis + lead] = call.in(0).size(axis);
        }
        return call.in(0).expand(target);
    }

    static Tensor transpose(Call call) {
        return call.in(0).permute(Convolutions.longs(((Transpose) call.node().op()).perm()));
    }

    static Tensor concat(Call call) {
        TensorVector parts = new TensorVector();
        call.inputs().forEach(input -> parts.push_back(input.orElseThrow()));
        int axis = ((io.selvedge.compiler.op.Concat) call.node().op()).axis();
        return torch.cat(parts, Call.axis(axis, call.rank(0)));
    }

    static List<Tensor> split(Call call) {
        long axis = Call.axis(((Split) call.node().op()).axis(), call.rank(0));
        TensorVector parts = call.in(0).split_with_sizes(call.integers(1), axis);
        return LongStream.range(0, parts.size()).mapToObj(parts::get).toList();
    }

    /** Whole axes stay as they are, whatever their extent is here. */
    static Tensor slice(Call call) {
        TensorType stated = call.inputType(0);
        Slice.Ranges ranges = Slice.ranges(stated, call.constants());
        Tensor y = call.in(0);
        for (int axis = 0; axis < stated.shape().rank(); axis++) {
            int start = ranges.starts().get(axis);
            int step = ranges.steps().get(axis);
            int count = ranges.counts().get(axis);
            if (start == 0 && step == 1 && count == stated.shape().extent(axis)) {
                continue;
            }
            y = step == 1 ? y.narrow(axis, start, count) : picked(y, axis, count, i -> start + i * step);
        }
        return y;
    }

    /** Elements of an axis by index. */
    private static Tensor picked(Tensor x, int axis, int count, IntUnaryOperator from) {
        long[] indices = IntStream.range(0, count).map(from).asLongStream().toArray();
        return x.index_select(axis, Tensor.create(indices));
    }

    static Tensor pad(Call call) {
        Pad.Mode mode = ((Pad) call.node().op()).mode();
        List<Integer> pads =
                Arrays.stream(call.integers(1)).mapToObj(Math::toIntExact).toList();
        if (mode == Pad.Mode.CONSTANT) {
            Scalar value =
                    Natively.number(call.constant(2).map(t -> t.getDouble(0)).orElse(0.0));
            return torch.constant_pad_nd(call.in(0), Convolutions.pads(pads), value);
        }
        Tensor y = call.in(0);
        int rank = call.rank(0);
        for (int axis = 0; axis < rank; axis++) {
            int begin = pads.get(axis);
            int end = pads.get(rank + axis);
            int extent = (int) y.size(axis);
            if (begin != 0 || end != 0) {
                y = picked(y, axis, extent + begin + end, i -> source(mode, i - begin, extent));
            }
        }
        return y;
    }

    private static int source(Pad.Mode mode, int i, int extent) {
        int period = Math.max(1, 2 * (extent - 1));
        return switch (mode) {
            case EDGE -> Math.clamp(i, 0, extent - 1);
            case WRAP -> Math.floorMod(i, extent);
            case REFLECT, CONSTANT -> Math.min(Math.floorMod(i, period), period - Math.floorMod(i, period)) % extent;
        };
    }

    static Tensor gather(Call call) {
        Tensor x = call.in(0);
        Tensor indices = call.in(1);
        int axis = (int) Call.axis(((Gather) call.node().op()).axis(), call.rank(0));
        Tensor flat = indices.reshape(-1);
        Tensor wrapped = torch.where(flat.lt(Natively.whole(0)), flat.add(Natively.whole(x.size(axis))), flat);
        List<Long> extents = new ArrayList<>();
        LongStream.range(0, axis).forEach(a -> extents.add(x.size(a)));
        LongStream.range(0, indices.dim()).forEach(a -> extents.add(indices.size(a)));
        LongStream.range(axis + 1L, x.dim()).forEach(a -> extents.add(x.size(a)));
        return x.index_select(axis, wrapped)
                .reshape(extents.stream().mapToLong(Long::longValue).toArray());
    }

    static Tensor gatherElements(Call call) {
        long axis = Call.axis(((GatherElements) call.node().op()).axis(), call.rank(0));
        Tensor indices = call.in(1);
        Tensor wrapped = torch.where(
                indices.lt(Natively.whole(0)),
                indices.add(Natively.whole(call.in(0).size(axis))),
                indices);
        return torch.gather(call.in(0), axis, wrapped);
    }

    static Tensor tile(Call call) {
        return call.in(0).repeat(call.integers(1));
    }

    static Tensor where(Call call) {
        return torch.where(call.in(0), call.in(1), call.in(2));
    }

    static Tensor trilu(Call call) {
        long k = call.has(1) ? call.integers(1)[0] : 0;
        return ((Trilu) call.node().op()).upper() ? torch.triu(call.in(0), k) : torch.tril(call.in(0), k);
    }

    static Tensor depthToSpace(Call call) {
        DepthToSpace op = (DepthToSpace) call.node().op();
        Tensor x = call.in(0);
        long b = op.blocksize();
        long c = x.size(1) / (b * b);
        Tensor parted = op.columnRow()
                ? x.reshape(x.size(0), c, b, b, x.size(2), x.size(3)).permute(0, 1, 4, 2, 5, 3)
                : x.reshape(x.size(0), b, b, c, x.size(2), x.size(3)).permute(0, 3, 4, 1, 5, 2);
        return parted.reshape(x.size(0), c, x.size(2) * b, x.size(3) * b);
    }

    static Tensor spaceToDepth(Call call) {
        Tensor x = call.in(0);
        long b = ((SpaceToDepth) call.node().op()).blocksize();
        return x.reshape(x.size(0), x.size(1), x.size(2) / b, b, x.size(3) / b, b)
                .permute(0, 3, 5, 1, 2, 4)
                .reshape(x.size(0), x.size(1) * b * b, x.size(2) / b, x.size(3) / b);
    }
}
