package io.selvedge.compiler.op;

import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Expr.BinaryOp;
import io.selvedge.compiler.program.Expr.UnaryOp;

/** Functions of angles and their hyperbolic kin, written with those that kernels have. */
final class Trigonometry {
    /** Odd powers from 17 down to 3 of the arc tangent on [-1, 1], error below 2e-8: Abramowitz and Stegun 4.4.49. */
    private static final double[] ARC_TANGENT = {
        0.0028662257,
        -0.0161657367,
        0.0429096138,
        -0.0752896400,
        0.1065626393,
        -0.1420889944,
        0.1999355085,
        -0.3333314528
    };

    private Trigonometry() {}

    static Expr expr(Unary.Kind kind, Expr x) {
        Expr square = MapLowering.mul(x, x);
        return switch (kind) {
            case TAN -> div(MapLowering.unary(UnaryOp.SIN, x), MapLowering.unary(UnaryOp.COS, x));
            case ATAN -> arcTangent(x);
            case ASIN -> arcSine(x);
            case ACOS -> sub(MapLowering.number(Math.PI / 2), arcSine(x));
            case SINH -> MapLowering.mul(MapLowering.number(0.5), sub(exp(x), exp(neg(x))));
            case COSH -> MapLowering.mul(MapLowering.number(0.5), MapLowering.add(exp(x), exp(neg(x))));
            case ASINH ->
                MapLowering.mul(
                        MapLowering.unary(UnaryOp.SIGN, x),
                        log(MapLowering.add(
                                MapLowering.unary(UnaryOp.ABS, x),
                                sqrt(MapLowering.add(square, MapLowering.number(1))))));
            case ACOSH -> log(MapLowering.add(x, sqrt(MapLowering.add(square, MapLowering.number(-1)))));
            case ATANH ->
                MapLowering.mul(
                        MapLowering.number(0.5),
                        log(div(MapLowering.add(MapLowering.number(1), x), sub(MapLowering.number(1), x))));
            default -> throw new IllegalStateException(kind.onnx());
        };
    }

    /** {@code atan(x / sqrt((1 - x) * (1 + x)))}: exact at the ends, where the quotient is infinite. */
    private static Expr arcSine(Expr x) {
        Expr cosine = sqrt(MapLowering.mul(sub(MapLowering.number(1), x), MapLowering.add(MapLowering.number(1), x)));
        return arcTangent(div(x, cosine));
    }

    private static Expr arcTangent(Expr x) {
        Expr magnitude = MapLowering.unary(UnaryOp.ABS, x);
        Expr inner = new Expr.Binary(BinaryOp.MIN, magnitude, MapLowering.unary(UnaryOp.RECIPROCAL, magnitude));
        Expr square = MapLowering.mul(inner, inner);
        Expr sum = MapLowering.number(ARC_TANGENT[0]);
        for (int i = 1; i < ARC_TANGENT.length; i++) {
            sum = MapLowering.add(MapLowering.mul(sum, square), MapLowering.number(ARC_TANGENT[i]));
        }
        Expr angle = MapLowering.add(inner, MapLowering.mul(inner, MapLowering.mul(square, sum)));
        Expr outside = new Expr.Binary(BinaryOp.GREATER, magnitude, MapLowering.number(1));
        return MapLowering.mul(
                MapLowering.unary(UnaryOp.SIGN, x),
                new Expr.Select(outside, sub(MapLowering.number(Math.PI / 2), angle), angle));
    }

    private static Expr exp(Expr x) {
        return MapLowering.unary(UnaryOp.EXP, x);
    }

    private static Expr log(Expr x) {
        return MapLowering.unary(UnaryOp.LOG, x);
    }

    private static Expr sqrt(Expr x) {
        return MapLowering.unary(UnaryOp.SQRT, x);
    }

    private static Expr neg(Expr x) {
        return MapLowering.unary(UnaryOp.NEG, x);
    }

    private static Expr sub(Expr a, Expr b) {
        return new Expr.Binary(BinaryOp.SUB, a, b);
    }

    private static Expr div(Expr a, Expr b) {
        return new Expr.Binary(BinaryOp.DIV, a, b);
    }
}
