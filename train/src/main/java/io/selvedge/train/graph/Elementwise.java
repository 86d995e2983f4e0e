package io.selvedge.train.graph;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.op.Activation;
import io.selvedge.compiler.op.Gelu;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Functions of elements, broadcast. */
final class Elementwise {
    private Elementwise() {}

    static Lowering unary(UnaryOperator<Tensor> function) {
        return Lowering.of(call -> function.apply(call.in(0)));
    }

    static Lowering binary(BinaryOperator<Tensor> function) {
        return Lowering.of(call -> function.apply(call.in(0), call.in(1)));
    }

    /** A fold over all inputs. */
    static Lowering variadic(BinaryOperator<Tensor> function) {
        return Lowering.of(call -> fold(call, function));
    }

    static Tensor mean(Call call) {
        return fold(call, Tensor::add).div(Natively.number(call.inputs().size()));
    }

    private static Tensor fold(Call call, BinaryOperator<Tensor> function) {
        Tensor y = call.in(0);
        for (int i = 1; i < call.inputs().size(); i++) {
            y = function.apply(y, call.in(i));
        }
        return y;
    }

    /** Integers truncate. */
    static Tensor div(Call call) {
        return NativeTensor.isFloating(call.inputType(0).dtype())
                ? call.in(0).div(call.in(1))
                : call.in(0).div(call.in(1), new StringViewOptional("trunc"));
    }

    /** A scalar exponent's gradient needs no logarithm of a negative base. */
    static Tensor pow(Call call) {
        if (call.constant(1).isPresent() && call.constant(1).get().elements() == 1) {
            return call.in(0).pow(Natively.number(call.constant(1).get().getDouble(0)));
        }
        return call.in(0).pow(call.in(1).toType(call.in(0).scalar_type()));
    }

    static Tensor prelu(Tensor x, Tensor slope) {
        return x.clamp_min(Natively.number(0))
                .add(x.clamp_max(Natively.number(0)).mul(slope));
    }

    static Tensor clip(Call call) {
        Tensor x = call.in(0);
        Tensor low = call.has(1) ? x.maximum(call.in(1)) : x;
        if (call.has(1) && call.constant(1).isPresent()) {
            low = x.clamp_min(Natively.number(call.constant(1).get().getDouble(0)));
        }
        if (!call.has(2)) {
            return low;
        }
        return call.constant(2).isPresent()
                ? low.clamp_max(Natively.number(call.constant(2).get().getDouble(0)))
                : low.minimum(call.in(2));
    }

    static Tensor gelu(Call call) {
        return torch.gelu(call.in(0), ((Gelu) call.node().op()).tanh() ? "tanh" : "none");
    }

    static Tensor activation(Call call) {
        Activation op = (Activation) call.node().op();
        Tensor x = call.in(0);
        Scalar alpha = Natively.number(op.alpha());
        return switch (op.kind()) {
            case LEAKY_RELU -> torch.leaky_relu(x, alpha);
            case ELU -> torch.elu(x, alpha, Natively.number(1), Natively.number(1));
            case SELU -> torch.elu(x, alpha, Natively.number(op.beta()), Natively.number(1));
            case HARD_SIGMOID ->
                x.mul(alpha)
                        .add(Natively.number(op.beta()))
                        .clamp_min(Natively.number(0))
                        .clamp_max(Natively.number(1));
            case CELU -> torch.celu(x, alpha);
            case THRESHOLDED_RELU -> x.mul(x.gt(alpha).toType(x.scalar_type()));
            case SHRINK -> shrink(x, op.alpha(), op.beta());
        };
    }

    private static Tensor shrink(Tensor x, double lambda, double bias) {
        Tensor below = x.lt(Natively.number(-lambda)).toType(x.scalar_type());
        Tensor above = x.gt(Natively.number(lambda)).toType(x.scalar_type());
        return x.add(Natively.number(bias))
                .mul(below)
                .add(x.sub(Natively.number(bias)).mul(above));
    }

    /** Rounding passes the gradient of its argument: otherwise nothing in front of it would learn. */
    static Tensor round(Tensor x) {
        return straightThrough(x, x.round());
    }

    /** {@code y} forward, to the last bit because what is added is 0; the gradient of {@code x} backward. */
    static Tensor straightThrough(Tensor x, Tensor y) {
        return y.detach().add(x.sub(x.detach()));
    }

    static Tensor erf(Tensor x) {
        return x.erf();
    }

    static Tensor mish(Tensor x) {
        return x.mul(torch.softplus(x).tanh());
    }

    static Tensor softplus(Tensor x) {
        return torch.softplus(x, Natively.number(1), Natively.number(50));
    }

    static Tensor softsign(Tensor x) {
        return x.div(x.abs().add(Natively.number(1)));
    }

    /** Towards zero for integers, as a cast does; floats keep the one width of the graph. */
    static Tensor cast(Call call) {
        DType to = call.outputType().dtype();
        Tensor x = call.in(0);
        if (to == DType.BOOL) {
            return x.ne(Natively.number(0));
        }
        boolean whole =
                !to.isFloat() && NativeTensor.isFloating(call.inputType(0).dtype());
        Tensor y = whole ? x.trunc() : x;
        ScalarType floating = x.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
        return y.toType(NativeTensor.typeOf(to, floating));
    }
}
