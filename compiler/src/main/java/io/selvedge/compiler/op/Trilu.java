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
        Operands.optional(inputs, 1)
                .map(Operands::int64)
                .ifPresent(k -> shapes(k.shape().elements() == 1, "needs one diagonal k, got %s", k));
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

    @Override
    public boolean keepsBits() {
        return true;
    }

    /** A constant mask decides, so that infinities outside of the triangle go. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Optional<Tensor> known =
                node.hasInput(1) ? builder.graph().constant(node.input(1)) : Optional.of(Tensor.longs(new long[] {0}));
        if (known.isEmpty()) {
            byRoutine(node, builder);
            return;
        }
        long k = known.get().getLong(0);
        View x = builder.view(node.input(0));
        int rank = x.extents().length;
        int columns = x.extents()[rank - 1];
        long diagonal = k;
        Tensor mask = Tensor.filled(
                TensorType.of(DType.FLOAT32, x.extents()[rank - 2], columns),
                i -> keeps(i / columns, i % columns, diagonal) ? 1 : 0);
        DType dtype = builder.graph().type(node.output()).dtype();
        Compute compute = Compute.of(List.of(dtype));
        View kept = MapLowering.vector(builder, node.name() + ".mask", mask, compute);
        builder.map(
                node.output(),
                List.of(x, kept),
                new Expr.Select(
                        new Expr.Input(1), new Expr.Input(0), MapLowering.number(ProgramBuilder.zeroPoint(dtype, 0))),
                compute);
    }

    private void byRoutine(Node node, ProgramBuilder builder) {
        DType dtype = builder.graph().type(node.output()).dtype();
        int[] extents = builder.extents(node.output());
        int rank = extents.length;
        Routines.call(
                builder,
                node.output(),
                "moves",
                "sv_triangle",
                List.of(node.input(0), node.input(1)),
                Strides.product(extents, 0, rank - 2),
                extents[rank - 2],
                extents[rank - 1],
                upper,
                dtype.bytes(),
                Routines.zeroByte(dtype));
    }
}
