package io.selvedge.compiler.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Expressions as text, {@code max(add($0,$1),0.0)}: how attributes, dumps and golden tests show them. */
public final class ExprText {
    private final String text;
    private int at;

    private ExprText(String text) {
        this.text = text;
    }

    public static String print(Expr expr) {
        return switch (expr) {
            case Expr.Input(int index) -> "$" + index;
            case Expr.Const(double value) -> number(value);
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> call(op.name(), x);
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> call(op.name(), a, b);
            case Expr.Select(Expr condition, Expr a, Expr b) -> call("SELECT", condition, a, b);
            case Expr.Quantize(Expr x, float scale, int zeroPoint, int lo, int hi) ->
                call("QUANTIZE", x, new Expr.Const(scale), integer(zeroPoint), integer(lo), integer(hi));
            case Expr.Requantize(Expr x, int zeroPoint, int lo, int hi) ->
                call("REQUANTIZE", x, integer(zeroPoint), integer(lo), integer(hi));
            case Expr.Dequantize(Expr x, float scale, int zeroPoint) ->
                call("DEQUANTIZE", x, new Expr.Const(scale), integer(zeroPoint));
        };
    }

    /** As short as f32 allows, where the number is one. */
    static String number(double value) {
        return (float) value == value || Double.isNaN(value) ? Float.toString((float) value) : Double.toString(value);
    }

    /** What was printed: the f32 of that text, or the f64 where the text is none of an f32. */
    private static double constant(String word) {
        float narrow = Float.parseFloat(word);
        return Float.toString(narrow).equals(word) ? narrow : Double.parseDouble(word);
    }

    private static Expr integer(int value) {
        return new Expr.Const(value);
    }

    private static String call(String function, Expr... arguments) {
        StringBuilder text = new StringBuilder(function.toLowerCase(Locale.ROOT)).append('(');
        for (int i = 0; i < arguments.length; i++) {
            text.append(i == 0 ? "" : ",").append(print(arguments[i]));
        }
        return text.append(')').toString();
    }

    /** The expression that {@link #print} gives this text for.
     *  @throws IllegalArgumentException when it is none */
    public static Expr parse(String text) {
        ExprText reader = new ExprText(text);
        Expr expr = reader.expr();
        if (reader.at != text.length()) {
            throw new IllegalArgumentException("'" + text + "' goes on after the expression, at " + reader.at);
        }
        return expr;
    }

    private Expr expr() {
        String word = word();
        if (word.startsWith("$")) {
            return new Expr.Input(Integer.parseInt(word.substring(1)));
        }
        if (at == text.length() || text.charAt(at) != '(') {
            return new Expr.Const(constant(word));
        }
        List<Expr> arguments = new ArrayList<>();
        do {
            at++;
            arguments.add(expr());
        } while (at < text.length() && text.charAt(at) == ',');
        if (at == text.length() || text.charAt(at) != ')') {
            throw new IllegalArgumentException("'" + text + "' needs ')' at " + at);
        }
        at++;
        return apply(word.toUpperCase(Locale.ROOT), arguments);
    }

    private String word() {
        int from = at;
        while (at < text.length() && "(),".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(from, at);
    }

    private Expr apply(String function, List<Expr> x) {
        return switch (function + "/" + x.size()) {
            case "SELECT/3" -> new Expr.Select(x.get(0), x.get(1), x.get(2));
            case "QUANTIZE/5" ->
                new Expr.Quantize(x.get(0), number(x.get(1)), whole(x.get(2)), whole(x.get(3)), whole(x.get(4)));
            case "REQUANTIZE/4" -> new Expr.Requantize(x.get(0), whole(x.get(1)), whole(x.get(2)), whole(x.get(3)));
            case "DEQUANTIZE/3" -> new Expr.Dequantize(x.get(0), number(x.get(1)), whole(x.get(2)));
            default ->
                switch (x.size()) {
                    case 1 -> new Expr.Unary(Expr.UnaryOp.valueOf(function), x.getFirst());
                    case 2 -> new Expr.Binary(Expr.BinaryOp.valueOf(function), x.get(0), x.get(1));
                    default ->
                        throw new IllegalArgumentException(
                                "'" + text + "' gives " + function + " " + x.size() + " arguments");
                };
        };
    }

    private static int whole(Expr constant) {
        return (int) number(constant);
    }

    private static float number(Expr constant) {
        if (constant instanceof Expr.Const(double value)) {
            return (float) value;
        }
        throw new IllegalArgumentException("needs a number, has " + print(constant));
    }
}
