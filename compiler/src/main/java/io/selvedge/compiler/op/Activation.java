package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Element-wise activations with up to two numbers, {@code alpha} and {@code beta} (Selu's gamma). Same shape and dtype.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>, each under its kind's name
 */
public record Activation(Kind kind, float alpha, float beta) implements Op, ElementWise, Lowerable {
    /** Formula and defaults of ONNX. */
    public enum Kind {
        /** {@code x < 0 ? alpha * x : x}. */
        LEAKY_RELU("LeakyRelu", 0.01f, "", 0),
        /** {@code x < 0 ? alpha * (exp(x) - 1) : x}. */
        ELU("Elu", 1, "", 0),
        /** {@code gamma * (x > 0 ? x : alpha * (exp(x) - 1))}. */
        SELU("Selu", 1.6732632f, "gamma", 1.050701f),
        /** {@code max(0, min(1, alpha * x + beta))}. */
        HARD_SIGMOID("HardSigmoid", 0.2f, "beta", 0.5f),
        /** {@code x < 0 ? alpha * (exp(x / alpha) - 1) : x}. */
        CELU("Celu", 1, "", 0),
        /** {@code x > alpha ? x : 0}. */
        THRESHOLDED_RELU("ThresholdedRelu", 1, "", 0),
        /** {@code x < -lambd ? x + bias : x > lambd ? x - bias : 0}; alpha is lambd, beta is bias. */
        SHRINK("Shrink", 0.5f, "bias", 0);

        private final String onnx;
        private final float alpha;
        private final String second;
        private final float beta;

        Kind(String onnx, float alpha, String second, float beta) {
            this.onnx = onnx;
            this.alpha = alpha;
            this.second = second;
            this.beta = beta;
        }

        private String first() {
            return this == SHRINK ? "lambd" : "alpha";
        }
    }

    static Op read(OpCall call) {
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type()));
        return new Activation(
                kind,
                call.attributes().number(kind.first(), kind.alpha),
                call.attributes().number(kind.second, kind.beta));
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new TreeMap<>(Attributes.map(kind.first(), alpha));
        if (!kind.second.isEmpty()) {
            attributes.put(kind.second, beta);
        }
        return attributes;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        return List.of(Tensor.filled(x.type(), i -> apply(x.getDouble(i))));
    }

    /** The function, before rounding to the dtype. */
    public double apply(double x) {
        return switch (kind) {
            case LEAKY_RELU -> x < 0 ? alpha * x : x;
            case ELU -> x < 0 ? alpha * Math.expm1(x) : x;
            case SELU -> beta * (x > 0 ? x : alpha * Math.expm1(x));
            case HARD_SIGMOID -> Math.max(0, Math.min(1, alpha * x + beta));
            case CELU -> x < 0 ? alpha * Math.expm1(x / alpha) : x;
            case THRESHOLDED_RELU -> x > alpha ? x : 0;
            case SHRINK -> x < -alpha ? x + beta : x > alpha ? x - beta : 0;
        };
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        Expr negative = new Expr.Binary(Expr.BinaryOp.LESS, x, MapLowering.number(0));
        Expr exponential = MapLowering.mul(
                MapLowering.number(alpha),
                MapLowering.add(MapLowering.unary(Expr.UnaryOp.EXP, x), MapLowering.number(-1)));
        return switch (kind) {
            case LEAKY_RELU -> new Expr.Select(negative, MapLowering.mul(MapLowering.number(alpha), x), x);
            case ELU -> new Expr.Select(negative, exponential, x);
            case SELU -> MapLowering.mul(MapLowering.number(beta), new Expr.Select(negative, exponential, x));
            case HARD_SIGMOID ->
                Expr.clamp(
                        MapLowering.add(MapLowering.mul(MapLowering.number(alpha), x), MapLowering.number(beta)), 0, 1);
            case CELU ->
                new Expr.Select(
                        negative,
                        MapLowering.mul(
                                MapLowering.number(alpha),
                                MapLowering.add(
                                        MapLowering.unary(
                                                Expr.UnaryOp.EXP,
                                                new Expr.Binary(Expr.BinaryOp.DIV, x, MapLowering.number(alpha))),
                                        MapLowering.number(-1))),
                        x);
            case THRESHOLDED_RELU ->
                new Expr.Select(
                        new Expr.Binary(Expr.BinaryOp.GREATER, x, MapLowering.number(alpha)), x, MapLowering.number(0));
            case SHRINK ->
                new Expr.Select(
                        new Expr.Binary(Expr.BinaryOp.LESS, x, MapLowering.number(-alpha)),
                        MapLowering.add(x, MapLowering.number(beta)),
                        new Expr.Select(
                                new Expr.Binary(Expr.BinaryOp.GREATER, x, MapLowering.number(alpha)),
                                MapLowering.add(x, MapLowering.number(-beta)),
                                MapLowering.number(0)));
        };
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
