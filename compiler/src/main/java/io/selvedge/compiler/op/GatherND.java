package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[b, i] = data[b, indices[b, i]]}, the last axis of indices holding coordinates of data's axes behind the
 * {@code batchDims} common ones. Shapes: indices [B...,I...,k], Y [B...,I..., data's axes left over].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GatherND.html">ONNX GatherND</a>
 */
public record GatherND(int batchDims) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new GatherND(call.attributes().index("batch_dims", 0));
    }

    @Override
    public String type() {
        return "GatherND";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("batch_dims", (long) batchDims);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType data = required(inputs, 0, "data");
        return List.of(new TensorType(data.dtype(), shape(data, required(inputs, 1, "indices"), batchDims)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        return List.of(data.select(
                shape(data.type(), indices.type(), batchDims), positions("GatherND", data, indices, batchDims)));
    }

    static Shape shape(TensorType data, TensorType indices, int batch) {
        int rank = Operands.indices(indices).shape().rank();
        shapes(
                batch >= 0 && rank > batch && data.shape().rank() > batch,
                "needs data and indices of rank above batch_dims %s; got data=%s, indices=%s",
                batch,
                data,
                indices);
        int depth = indices.shape().extent(rank - 1);
        shapes(
                batch + depth <= data.shape().rank()
                        && data.shape()
                                .dims()
                                .subList(0, batch)
                                .equals(indices.shape().dims().subList(0, batch)),
                "needs equal batch axes and at most as many coordinates as data has axes; got data=%s, indices=%s",
                data,
                indices);
        List<Dim> y = new ArrayList<>(indices.shape().dims().subList(0, rank - 1));
        y.addAll(data.shape().dims().subList(batch + depth, data.shape().rank()));
        return new Shape(y);
    }

    /** For each element of the gathered shape the element of data that it means. */
    static int[] positions(String type, Tensor data, Tensor indices, int batch) {
        int[] extents = data.shape().extents();
        int[] strides = Strides.of(extents);
        int[] at = indices.shape().extents();
        int depth = at[at.length - 1];
        int perBatch = Strides.product(at, batch, at.length - 1);
        int dataPerBatch = Strides.product(extents, batch, extents.length);
        int inner = Strides.product(extents, batch + depth, extents.length);
        int rows = Strides.product(at, 0, at.length - 1);
        int[] positions = new int[rows * inner];
        for (int row = 0; row < rows; row++) {
            int start = row / perBatch * dataPerBatch;
            for (int k = 0; k < depth; k++) {
                int axis = batch + k;
                start += strides[axis] * Operands.index(type, indices.getLong(row * depth + k), extents[axis], axis);
            }
            for (int i = 0; i < inner; i++) {
                positions[row * inner + i] = start + i;
            }
        }
        return positions;
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] extents = builder.extents(node.input(0));
        int[] at = builder.extents(node.input(1));
        int depth = at[at.length - 1];
        int[] named = Arrays.copyOfRange(extents, batchDims, batchDims + depth);
        int run = Strides.product(extents, batchDims + depth, extents.length);
        Routines.call(
                builder,
                node.output(),
                "gather",
                "sv_gather_nd",
                List.of(node.input(0), node.input(1)),
                Strides.product(at, 0, batchDims),
                Strides.product(at, batchDims, at.length - 1),
                Strides.product(named, 0, depth),
                depth,
                named,
                Strides.of(named),
                (long) run * Moves.bytes(builder, node.output()),
                Moves.bytes(builder, node.input(1)));
    }
}
