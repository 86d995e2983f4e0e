package io.selvedge.compiler.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExprTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "$0",
                "max(add($0,$1),0.0)",
                "select(less($0,-1.5E-7),neg($1),tanh($2))",
                "quantize(mul($0,Infinity),0.1,-3,-128,127)",
                "requantize($0,3,0,255)",
                "dequantize($11,0.25,128)"
            })
    void text_reads_back_as_the_same_expression(String text) {
        assertThat(ExprText.print(ExprText.parse(normal(text)))).isEqualTo(normal(text));
    }

    /** Integers print as floats. */
    private static String normal(String text) {
        return text.replaceAll("(?<=,)(-?\\d+)(?=[,)])", "$1.0");
    }

    @Test
    void every_operation_reads_back() {
        for (Expr.UnaryOp op : Expr.UnaryOp.values()) {
            Expr expr = new Expr.Unary(op, new Expr.Input(0));
            assertThat(ExprText.parse(ExprText.print(expr))).isEqualTo(expr);
        }
        for (Expr.BinaryOp op : Expr.BinaryOp.values()) {
            Expr expr = new Expr.Binary(op, new Expr.Input(0), new Expr.Const(Float.MIN_VALUE));
            assertThat(ExprText.parse(ExprText.print(expr))).isEqualTo(expr);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "add($0", "add($0,$1))", "frobnicate($0)", "$x"})
    void what_is_no_expression_is_refused(String text) {
        assertThatThrownBy(() -> ExprText.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
