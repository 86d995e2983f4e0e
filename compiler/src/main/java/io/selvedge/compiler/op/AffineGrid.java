package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Where {@link GridSample} reads for an affine map, restated on import as a product of the map with constant coordinates.
 * Inputs: theta [N,rank,rank+1], size [N,C,spatial] (constant); output [N,spatial,rank], the last coordinate first.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__AffineGrid.html">ONNX AffineGrid</a>
 */
final class AffineGrid {
    private AffineGrid() {}

    static Op read(OpCall call) {
        List<Integer> size = call.neededIntegers(1, "size");
        int rank = size.size() - 2;
        TensorType theta = call.inputType(0);
        shapes(rank == 2 || rank == 3, "needs a size of 4 or 5 extents, got %s", size);
        shapes(
                theta.shape().equals(Shape.of(size.getFirst(), rank, rank + 1)),
                "needs theta [%s,%s,%s] for size %s, got %s",
                size.getFirst(),
                rank,
                rank + 1,
                size,
                theta);
        boolean corners = call.attributes().flag("align_corners", false);
        int[] extents = size.subList(2, size.size()).stream().mapToInt(n -> n).toArray();
        int[] strides = Strides.of(extents);
        int points = Strides.product(extents, 0, rank);
        Tensor base = Tensor.filled(TensorType.of(theta.dtype(), points, rank + 1), i -> {
            int column = i % (rank + 1);
            if (column == rank) {
                return 1;
            }
            int axis = rank - 1 - column;
            int n = extents[axis];
            int at = i / (rank + 1) / strides[axis] % n;
            return corners ? n == 1 ? 0 : 2.0 * at / (n - 1) - 1 : (2.0 * at + 1) / n - 1;
        });
        String columns = call.before("columns", new Transpose(List.of(0, 2, 1)), call.input(0));
        String grid = call.before("points", new MatMul(), call.constant("base", base), columns);
        List<Integer> shape = new ArrayList<>(List.of(size.getFirst()));
        shape.addAll(size.subList(2, size.size()));
        shape.add(rank);
        call.keep(0);
        call.set(0, grid);
        call.set(1, "shape", shape);
        return new Reshape(false);
    }
}
