package io.selvedge.train.graph;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Resize;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Resize: linear in its input, so each axis is a product with a matrix that the reference evaluator gives. */
final class Resizing implements Lowering {
    @Override
    public List<Tensor> lower(Call call) {
        Tensor y = call.in(0);
        int[] from = call.inputType(0).shape().extents();
        int[] to = call.outputType().shape().extents();
        for (int axis = 0; axis < from.length; axis++) {
            if (from[axis] != to[axis]) {
                y = resized(y, axis, weights(call, axis, from[axis], to[axis]));
            }
        }
        return List.of(y);
    }

    private static Tensor resized(Tensor x, int axis, io.selvedge.compiler.ir.Tensor weights) {
        int from = weights.shape().extent(0);
        int to = weights.shape().extent(1);
        long[] sources = new long[to];
        boolean copies = true;
        for (int column = 0; column < to; column++) {
            int ones = 0;
            for (int row = 0; row < from; row++) {
                double weight = weights.getDouble(row * to + column);
                ones += weight == 1 ? 1 : 0;
                sources[column] = weight == 1 ? row : sources[column];
            }
            copies &= ones == 1;
        }
        if (copies) {
            return x.index_select(axis, Tensor.create(sources));
        }
        Tensor matrix = NativeTensor.of(weights, x.scalar_type().intern());
        return x.movedim(axis, -1).matmul(matrix).movedim(-1, axis);
    }

    /** Row by row what an axis of one 1 and zeros becomes. */
    private static io.selvedge.compiler.ir.Tensor weights(Call call, int axis, int from, int to) {
        io.selvedge.compiler.ir.Tensor unit = io.selvedge.compiler.ir.Tensor.filled(
                TensorType.of(DType.FLOAT64, from, from), i -> i / from == i % from ? 1 : 0);
        Optional<io.selvedge.compiler.ir.Tensor> sizes = call.constant(3)
                .filter(all -> all.elements() > 0)
                .map(_ -> io.selvedge.compiler.ir.Tensor.longs(new long[] {from, to}, 2));
        Optional<io.selvedge.compiler.ir.Tensor> scales = call.constant(2)
                .filter(all -> all.elements() > 0)
                .map(all -> io.selvedge.compiler.ir.Tensor.floats(new float[] {1, all.getFloat(axis)}, 2));
        return call.node()
                .op()
                .evaluate(Arrays.asList(Optional.of(unit), Optional.empty(), scales, sizes))
                .getFirst();
    }

    @Override
    public Optional<String> obstacle(Node node, Graph graph) {
        Resize op = (Resize) node.op();
        if (op.rule().coordinates() == Resize.Coordinates.TF_CROP_AND_RESIZE) {
            return Optional.of("it crops");
        }
        boolean known = node.hasInput(3) ? graph.isConstant(node.input(3)) : graph.isConstant(node.input(2));
        return known && op.aspect() == Resize.Aspect.STRETCH && op.axes().isEmpty()
                ? Optional.empty()
                : Optional.of("its extents are not constant");
    }
}
