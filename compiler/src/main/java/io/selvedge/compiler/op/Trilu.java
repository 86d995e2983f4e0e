package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The upper or lower triangle of the matrices in the last two axes, zero elsewhere: {@code upper} keeps
 * {@code column >= row + k}, lower {@code column <= row + k}. The optional second input is k.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Trilu.html">ONNX Trilu</a>
 */
public record Trilu(boolean upper) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Trilu(call.attributes().flag("upper", true));
    }

    @Override
    public String type() {
        return "Trilu";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("upper", upper ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        shapes(x.shape().rank() >= 2, "needs matrices, got %s", x);
        return List.of(x);
    }

    private boolean keeps(long row, long column, long k) {
        return upper ? column >= row + k : column <= row + k;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        long k = Operands.optional(inputs, 1).map(value -> value.getLong(0)).orElse(0L);
        int columns = x.shape().extent(x.shape().rank() - 1);
        int rows = x.shape().extent(x.shape().rank() - 2);
        int[] sources = new int[x.elements()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = keeps(i / columns % rows, i % columns, k) ? i : -1;
        }
        return List.of(x.select(x.shape(), sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    /** Selects by the distance to the diagonal, so that infinities outside of the triangle go. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View x = builder.view(node.input(0));
        int rank = x.extents().length;
        int columns = x.extents()[rank - 1];
        Tensor distances = Tensor.integers(
                TensorType.of(DType.INT64, x.extents()[rank - 2], columns), i -> i % columns - i / columns);
        DType dtype = builder.graph().type(node.output()).dtype();
        Compute compute = Compute.of(List.of(dtype));
        // Differences have signs.
        compute = compute == Compute.U64 ? Compute.S64 : compute;
        View distance = MapLowering.vector(builder, node.name() + ".distances", distances, compute);
        List<View> views = new ArrayList<>(List.of(x, distance));
        Expr k = node.hasInput(1) ? MapLowering.operand(node.input(1), builder, views, compute) : MapLowering.number(0);
        builder.map(
                node.output(),
                views,
                new Expr.Select(
                        new Expr.Binary(
                                upper ? Expr.BinaryOp.GREATER_EQUAL : Expr.BinaryOp.LESS_EQUAL, new Expr.Input(1), k),
                        new Expr.Input(0),
                        MapLowering.number(ProgramBuilder.zeroPoint(dtype, 0))),
                compute);
    }
}
