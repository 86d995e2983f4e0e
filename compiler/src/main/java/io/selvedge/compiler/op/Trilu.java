package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
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
        return upper ? column - row >= k : column - row <= k;
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

    /** A constant mask decides, so that infinities outside of the triangle go. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Optional<Tensor> known =
                node.hasInput(1) ? builder.graph().constant(node.input(1)) : Optional.of(Tensor.longs(new long[] {0}));
        if (known.isEmpty() || builder.graph().type(node.output()).dtype() != DType.FLOAT32) {
            byRoutine(node, builder);
            return;
        }
        long k = known.get().getLong(0);
        View x = builder.view(node.input(0));
        int rank = x.extents().length;
        int columns = x.extents()[rank - 1];
        float[] mask = new float[x.extents()[rank - 2] * columns];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = keeps(i / columns, i % columns, k) ? 1 : 0;
        }
        View kept = MapLowering.vector(builder, node.name() + ".mask", mask, x.extents()[rank - 2], columns);
        builder.map(
                node.output(),
                List.of(x, kept),
                new Expr.Select(new Expr.Input(1), new Expr.Input(0), MapLowering.number(0)));
    }

    private void byRoutine(Node node, ProgramBuilder builder) {
        DType dtype = builder.graph().type(node.output()).dtype();
        int[] extents = builder.extents(node.output());
        int rank = extents.length;
        Routines.callOn(
                builder,
                node.output(),
                "moves",
                "sv_triangle",
                List.of(
                        Routines.operand(builder, node.input(0)),
                        node.hasInput(1)
                                ? Routines.operand(builder, node.input(1))
                                : Routines.longs(builder, node.name() + ".k", 0)),
                Strides.product(extents, 0, rank - 2),
                extents[rank - 2],
                extents[rank - 1],
                upper,
                dtype.bytes(),
                Routines.zeroByte(dtype));
    }
}
