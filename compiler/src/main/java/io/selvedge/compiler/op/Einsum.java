package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A sum of products named by letters, {@code ij,jk->ik}: read as matrix products of two operands at a time, with sums, diagonals
 * and transposes around them. An operand is a value and its axes as letters.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Einsum.html">ONNX Einsum</a>
 */
final class Einsum {
    /** Axes of an ellipsis, counted from its end, as letters that no equation may have. */
    private static final char ELLIPSIS = 0x100;

    private final OpCall call;
    private final Composition body;
    private final String equation;
    private final Map<Character, Integer> extents = new TreeMap<>();

    private Einsum(OpCall call, String equation) {
        this.call = call;
        this.body = new Composition(call);
        this.equation = equation;
    }

    static Op read(OpCall call) {
        String equation = call.attributes().text("equation", "").replace(" ", "");
        if (!equation.matches("[A-Za-z.]*(,[A-Za-z.]*)*(->[A-Za-z.]*)?") || equation.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "equation '" + equation + "' needs the form 'ij,jk->ik'");
        }
        return new Einsum(call, equation).read();
    }

    private record Operand(String value, String letters) {
        boolean has(int letter) {
            return letters.indexOf(letter) >= 0;
        }
    }

    private Op read() {
        String[] sides = equation.split("->", -1);
        String[] stated = sides[0].split(",", -1);
        shapes(
                stated.length == call.inputs().size(),
                "needs %s inputs for '%s', got %s",
                stated.length,
                equation,
                call.inputs().size());
        List<Operand> operands = new ArrayList<>();
        int most = 0;
        for (int i = 0; i < stated.length; i++) {
            TensorType type = call.inputType(i);
            Operands.sameDType(call.inputType(0), type);
            int hidden = type.shape().rank() - stated[i].replace("...", "").length();
            most = Math.max(most, hidden);
            String term = stated[i].replace("...", ellipsis(Math.max(0, hidden)));
            shapes(
                    term.length() == type.shape().rank(),
                    "needs as many letters as axes for '%s', got %s",
                    stated[i],
                    type);
            operands.add(new Operand(call.input(i), term));
            measure(term, type.shape());
        }
        String output = output(sides, operands, most);
        Operand product = plain(operands.getFirst());
        for (int i = 1; i < operands.size(); i++) {
            StringBuilder needed = new StringBuilder(output);
            operands.subList(i + 1, operands.size()).forEach(later -> needed.append(later.letters()));
            product = product(product, plain(operands.get(i)), needed.toString());
        }
        Operand sum = summed(product, output);
        List<Integer> order = output.chars().map(sum.letters()::indexOf).boxed().toList();
        return body.last(new Transpose(order), sum.value());
    }

    private void measure(String term, Shape shape) {
        for (int axis = 0; axis < term.length(); axis++) {
            int extent = shape.extent(axis);
            int known = extents.merge(term.charAt(axis), extent, (a, b) -> a == 1 ? b : a);
            shapes(
                    known == extent || extent == 1,
                    "needs one extent for '%s' of '%s', got %s and %s",
                    term.charAt(axis),
                    equation,
                    known,
                    extent);
        }
    }

    private String output(String[] sides, List<Operand> operands, int most) {
        StringBuilder all = new StringBuilder();
        operands.forEach(operand -> all.append(operand.letters()));
        if (sides.length > 1) {
            String output = sides[1].replace("...", ellipsis(most));
            boolean each = output.chars().allMatch(letter -> extents.containsKey((char) letter))
                    && output.chars().distinct().count() == output.length();
            if (!each) {
                throw new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE,
                        "equation '" + equation + "' needs letters of its inputs behind '->', each once");
            }
            return output;
        }
        StringBuilder once = new StringBuilder(ellipsis(most));
        all.chars()
                .filter(letter -> letter < ELLIPSIS
                        && all.indexOf(Character.toString(letter)) == all.lastIndexOf(Character.toString(letter)))
                .sorted()
                .forEach(letter -> once.append((char) letter));
        return once.toString();
    }

    private static String ellipsis(int axes) {
        StringBuilder letters = new StringBuilder();
        for (int axis = axes; axis > 0; axis--) {
            letters.append((char) (ELLIPSIS + axis));
        }
        return letters.toString();
    }

    private long[] of(String letters) {
        return letters.chars().mapToLong(letter -> extents.get((char) letter)).toArray();
    }

    private int extent(char letter) {
        return Objects.requireNonNull(extents.get(letter), () -> "no extent of " + letter);
    }

    /** The operand with every letter once: axes of 1 that others broadcast are gone, of axes with one letter the diagonal is left. */
    private Operand plain(Operand operand) {
        int[] shape = body.extents(operand.value());
        StringBuilder kept = new StringBuilder();
        for (int axis = 0; axis < shape.length; axis++) {
            char letter = operand.letters().charAt(axis);
            if (shape[axis] == extent(letter) && (shape[axis] > 1 || kept.indexOf("" + letter) < 0)) {
                kept.append(letter);
            }
        }
        String letters = kept.toString();
        String value = letters.equals(operand.letters()) ? operand.value() : body.reshape(operand.value(), of(letters));
        for (int first = 0; first < letters.length(); first++) {
            int second = letters.indexOf(letters.charAt(first), first + 1);
            if (second >= 0) {
                String rest = new StringBuilder(letters)
                        .deleteCharAt(second)
                        .deleteCharAt(first)
                        .toString();
                int n = extent(letters.charAt(first));
                Integer[] order = new Integer[letters.length()];
                for (int axis = 0, to = 0; axis < order.length; axis++) {
                    if (axis != first && axis != second) {
                        order[to++] = axis;
                    }
                }
                order[order.length - 2] = first;
                order[order.length - 1] = second;
                long[] flat = Arrays.copyOf(of(rest), rest.length() + 1);
                flat[rest.length()] = (long) n * n;
                value = call.before(
                        "diagonal",
                        new Slice(),
                        body.reshape(body.transpose(value, order), flat),
                        body.integers(0),
                        body.integers((long) n * n),
                        body.integers(rest.length()),
                        body.integers(n + 1));
                letters = rest + letters.charAt(first);
                first = -1;
            }
        }
        return new Operand(value, letters);
    }

    /** The operand without letters that nothing needs. */
    private Operand summed(Operand operand, String needed) {
        List<Integer> axes = IntStream.range(0, operand.letters().length())
                .filter(axis -> needed.indexOf(operand.letters().charAt(axis)) < 0)
                .boxed()
                .toList();
        if (axes.isEmpty()) {
            return operand;
        }
        String value = call.before("sum", new Reduce(Reduce.Kind.SUM, axes, false), operand.value());
        return new Operand(value, letters(operand, letter -> needed.indexOf(letter) >= 0));
    }

    private static String letters(Operand operand, IntPredicate kept) {
        StringBuilder letters = new StringBuilder();
        operand.letters().chars().filter(kept).forEach(letter -> letters.append((char) letter));
        return letters.toString();
    }

    /** Both multiplied, and summed over the letters of both that nothing needs any more. */
    private Operand product(Operand left, Operand right, String needed) {
        Operand a = summed(left, needed + right.letters());
        Operand b = summed(right, needed + left.letters());
        String batch = letters(a, letter -> b.has(letter) && needed.indexOf(letter) >= 0);
        String inner = letters(a, letter -> b.has(letter) && needed.indexOf(letter) < 0);
        String rows = letters(a, letter -> !b.has(letter));
        String columns = letters(b, letter -> !a.has(letter));
        String value = inner.isEmpty()
                ? body.mul(matrices(a, batch, rows, ""), matrices(b, batch, "", columns))
                : body.matmul(matrices(a, batch, rows, inner), matrices(b, batch, inner, columns));
        String letters = batch + rows + columns;
        return new Operand(body.reshape(value, of(letters)), letters);
    }

    /** {@code [batch, rows, columns]}. */
    private String matrices(Operand operand, String batch, String rows, String columns) {
        Integer[] order = (batch + rows + columns)
                .chars()
                .map(operand.letters()::indexOf)
                .boxed()
                .toArray(Integer[]::new);
        return body.reshape(body.transpose(operand.value(), order), elements(batch), elements(rows), elements(columns));
    }

    private long elements(String letters) {
        return Arrays.stream(of(letters)).reduce(1, Math::multiplyExact);
    }
}
