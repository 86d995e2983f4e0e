package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;

/** Writes the nodes that stand for one operator of a file; short words for the operators that such bodies use most. */
public final class Composition {
    private final OpCall call;

    /** Puts nodes in front of this call. */
    public Composition(OpCall call) {
        this.call = call;
    }

    /** {@code a + b}, broadcast; likewise the others. */
    public String add(String a, String b) {
        return call.before("add", new Binary(Binary.Kind.ADD), a, b);
    }

    public String sub(String a, String b) {
        return call.before("sub", new Binary(Binary.Kind.SUB), a, b);
    }

    public String mul(String a, String b) {
        return call.before("mul", new Binary(Binary.Kind.MUL), a, b);
    }

    /** The matrix product. */
    public String matmul(String a, String b) {
        return call.before("product", new MatMul(), a, b);
    }

    /** A function of every element. */
    public String unary(Unary.Kind kind, String x) {
        return call.before("value", new Unary(kind), x);
    }

    /** The value in another element type; itself where it has that already. */
    public String cast(String x, DType to) {
        return call.typeOf(x).dtype() == to ? x : call.before("cast", new Cast(to), x);
    }

    /** The axes in another order. */
    public String transpose(String x, Integer... perm) {
        return call.before("transpose", new Transpose(Arrays.asList(perm)), x);
    }

    /** The same elements with other extents. */
    public String reshape(String x, long... extents) {
        return call.before("reshape", new Reshape(false), x, integers(extents));
    }

    /** Elements {@code from} to {@code to} of an axis. */
    public String slice(String x, int axis, long from, long to) {
        return call.before("slice", new Slice(), x, integers(from), integers(to), integers(axis));
    }

    /** The parts along an axis. */
    public String concat(int axis, String... parts) {
        return parts.length == 1 ? parts[0] : call.before("concat", new Concat(axis), parts);
    }

    /** A list of int64 as a constant. */
    public String integers(long... values) {
        return call.constant("integers", Tensor.longs(values, values.length));
    }

    /** A scalar of the dtype of another value. */
    public String scalarLike(String x, double value) {
        return call.constant(
                "scalar", Tensor.filled(TensorType.of(call.typeOf(x).dtype()), _ -> value));
    }

    /** The extents of a value. */
    public int[] extents(String x) {
        return call.typeOf(x).shape().extents();
    }

    /** The sum with an optional input; the value itself where that is absent. */
    public String withBias(String x, int input) {
        return call.has(input) ? add(x, call.input(input)) : x;
    }

    /** The operator that computes the call's output, with all its inputs. */
    public Op last(Op op, String... inputs) {
        call.keep(0);
        for (int i = 0; i < inputs.length; i++) {
            call.set(i, inputs[i]);
        }
        return op;
    }

    /** Refuses what the decomposition does not have. */
    public void without(boolean condition, String what) {
        if (condition) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_OP, "is supported without " + what);
        }
    }

    /** Refuses inputs by their positions. */
    public void withoutInputs(List<Integer> positions, String what) {
        without(positions.stream().anyMatch(call::has), what);
    }
}
