package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = A mod B}: the sign is B's, or A's with {@code fmod} (which floats need). Broadcasts.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Mod.html">ONNX Mod</a>
 */
public record Mod(boolean fmod) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Mod(call.attributes().flag("fmod", false));
    }

    @Override
    public String type() {
        return "Mod";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("fmod", fmod ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "A");
        TensorType b = required(inputs, 1, "B");
        Operands.sameDType(a, b);
        return List.of(new TensorType(a.dtype(), Strides.common(a.shape(), b.shape())));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor a = required(inputs, 0, "A");
        Tensor b = required(inputs, 1, "B");
        TensorType type = infer(List.of(Optional.of(a.type()), Optional.of(b.type())), List.of())
                .getFirst();
        int[] as = Strides.broadcast(a.shape(), type.shape());
        int[] bs = Strides.broadcast(b.shape(), type.shape());
        return List.of(
                a.dtype().isFloat()
                        ? Tensor.filled(type, i -> a.getDouble(as[i]) % b.getDouble(bs[i]))
                        : Tensor.integers(type, i -> integer(a.getLong(as[i]), b.getLong(bs[i]))));
    }

    private long integer(long a, long b) {
        if (b == 0) {
            return 0;
        }
        return fmod ? a % b : Math.floorMod(a, b);
    }

    /** Remainders of floats are exact, and f64 holds those of every narrower type. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Compute compute = MapLowering.compute(node, builder);
        boolean dividend = fmod || compute == Compute.F32 || compute == Compute.F64;
        MapLowering.lower(
                node,
                builder,
                x -> new Expr.Binary(dividend ? Expr.BinaryOp.REM : Expr.BinaryOp.MOD, x.get(0), x.get(1)),
                compute == Compute.F32 ? Compute.F64 : compute);
    }
}
