package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Sums of products over named axes: {@code "ij,jk->ik"} is a matrix product. Letters that the output lacks are summed; an
 * ellipsis stands for axes that broadcast; without an arrow the output has the letters that occur once, in order.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Einsum.html">ONNX Einsum</a>
 */
public record Einsum(String equation) implements Op {
    /** Axes of an ellipsis, counted from its end, as letters that no equation may have. */
    private static final char ELLIPSIS = 0x100;

    static Op read(OpCall call) {
        String equation = call.attributes().text("equation", "").replace(" ", "");
        if (!equation.matches("[A-Za-z.]*(,[A-Za-z.]*)*(->[A-Za-z.]*)?") || equation.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "equation '" + equation + "' needs the form 'ij,jk->ik'");
        }
        return new Einsum(equation);
    }

    @Override
    public String type() {
        return "Einsum";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("equation", equation);
    }

    /** The axes of each input and the output as letters, and the extent of each letter. */
    private record Plan(List<String> terms, String output, Map<Character, Integer> extents) {
        int[] of(String letters) {
            return letters.chars().map(letter -> extents.get((char) letter)).toArray();
        }
    }

    private Plan plan(List<TensorType> inputs) {
        String[] sides = equation.split("->", -1);
        String[] stated = sides[0].split(",", -1);
        shapes(
                stated.length == inputs.size(),
                "needs %s inputs for '%s', got %s",
                stated.length,
                equation,
                inputs.size());
        List<String> terms = new ArrayList<>();
        Map<Character, Integer> extents = new TreeMap<>();
        int most = 0;
        for (int i = 0; i < stated.length; i++) {
            Shape shape = inputs.get(i).shape();
            int hidden = shape.rank() - stated[i].replace("...", "").length();
            most = Math.max(most, hidden);
            String term = stated[i].replace("...", ellipsis(Math.max(0, hidden)));
            shapes(
                    term.length() == shape.rank(),
                    "needs as many letters as axes for '%s', got %s",
                    stated[i],
                    inputs.get(i));
            terms.add(term);
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
        return new Plan(terms, output(sides, terms, most), extents);
    }

    private static String output(String[] sides, List<String> terms, int most) {
        if (sides.length > 1) {
            return sides[1].replace("...", ellipsis(most));
        }
        StringBuilder once = new StringBuilder(ellipsis(most));
        String all = String.join("", terms);
        all.chars()
                .filter(letter -> letter < ELLIPSIS && all.indexOf(letter) == all.lastIndexOf(letter))
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

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType first = required(inputs, 0, "input 0");
        List<TensorType> types = inputs.stream().map(Optional::orElseThrow).toList();
        types.forEach(type -> Operands.sameDType(first, type));
        Plan plan = plan(types);
        return List.of(TensorType.of(
                first.dtype(),
                Arrays.stream(plan.of(plan.output())).asLongStream().toArray()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        List<Tensor> tensors = inputs.stream().map(Optional::orElseThrow).toList();
        Plan plan = plan(tensors.stream().map(Tensor::type).toList());
        StringBuilder summed = new StringBuilder();
        plan.extents().keySet().stream()
                .filter(letter -> plan.output().indexOf(letter) < 0)
                .forEach(summed::append);
        List<int[]> starts = new ArrayList<>();
        List<int[]> steps = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            String term = plan.terms().get(i);
            int[] extents = tensors.get(i).shape().extents();
            starts.add(walk(plan, plan.output(), term, extents));
            steps.add(walk(plan, summed.toString(), term, extents));
        }
        int terms = steps.getFirst().length;
        double[] y = new double[starts.getFirst().length];
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < terms; k++) {
                double product = 1;
                for (int t = 0; t < tensors.size(); t++) {
                    product *= tensors.get(t).getDouble(starts.get(t)[i] + steps.get(t)[k]);
                }
                y[i] += product;
            }
        }
        TensorType type = TensorType.of(
                tensors.getFirst().dtype(),
                Arrays.stream(plan.of(plan.output())).asLongStream().toArray());
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    /** Offsets in one input on a walk over the letters; a letter that it lacks does not move, one that it repeats moves all. */
    private static int[] walk(Plan plan, String letters, String term, int[] extents) {
        int[] own = Strides.of(extents);
        int[] strides = new int[letters.length()];
        for (int axis = 0; axis < term.length(); axis++) {
            int at = letters.indexOf(term.charAt(axis));
            if (at >= 0 && extents[axis] > 1) {
                strides[at] += own[axis];
            }
        }
        return Strides.walk(plan.of(letters), strides, 0);
    }
}
