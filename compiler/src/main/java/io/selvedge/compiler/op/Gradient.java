package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Partial derivatives of the sum of y by each of xs: of ai.onnx.preview.training. Restated on import as the chain rule over
 * the nodes between them, last first; it knows the arithmetic and the activations below.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Gradient.html">ONNX Gradient</a>
 */
final class Gradient {
    private final OpCall call;
    private final Map<String, String> gradients = new HashMap<>();

    private Gradient(OpCall call) {
        this.call = call;
    }

    /** @throws SelvedgeException UNSUPPORTED_OP when an input is not the value that it stands for, or an operator has no rule */
    static Op read(OpCall call) {
        List<String> xs = call.attributes().texts("xs");
        List<String> all = new ArrayList<>(xs);
        all.addAll(call.attributes().texts("zs"));
        String y = call.attributes().text("y", "");
        if (xs.isEmpty() || !call.inputs().equals(all)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "derives at the values that its xs " + all + " have in the graph, not at " + call.inputs());
        }
        Gradient gradient = new Gradient(call);
        gradient.back(y);
        List<String> results = xs.stream().map(gradient::of).toList();
        for (int i = 1; i < call.outputs(); i++) {
            call.computed(i, results.get(i));
        }
        call.keep(0);
        call.set(0, results.getFirst());
        return new Identity();
    }

    private void back(String y) {
        List<Node> nodes = call.earlier();
        gradients.put(y, call.constant("seed", ones(call.typeOf(y))));
        for (Node node : nodes.reversed()) {
            String upstream = gradients.get(node.outputs().getFirst());
            if (upstream != null) {
                List<String> parts = parts(node, upstream);
                for (int i = 0; i < parts.size(); i++) {
                    add(node.input(i), parts.get(i));
                }
            }
        }
    }

    private static Tensor ones(TensorType type) {
        return Tensor.filled(type, _ -> 1);
    }

    /** Derivative by each input, in the shape of the output. */
    private List<String> parts(Node node, String g) {
        String a = node.input(0);
        String y = node.outputs().getFirst();
        return switch (node.op()) {
            case Identity _ -> List.of(g);
            case Unary(Unary.Kind kind) -> List.of(unary(node, kind, a, y, g));
            case Binary(Binary.Kind kind) -> binary(node, kind, a, node.input(1), y, g);
            default -> throw noRule(node);
        };
    }

    private String unary(Node node, Unary.Kind kind, String a, String y, String g) {
        String one = call.constant("one", ones(TensorType.of(call.typeOf(y).dtype())));
        return switch (kind) {
            case NEG -> call.before("d", new Unary(Unary.Kind.NEG), g);
            case EXP -> binary(Binary.Kind.MUL, g, y);
            case LOG -> binary(Binary.Kind.DIV, g, a);
            case SQRT -> binary(Binary.Kind.DIV, g, binary(Binary.Kind.ADD, y, y));
            case TANH -> binary(Binary.Kind.MUL, g, binary(Binary.Kind.SUB, one, binary(Binary.Kind.MUL, y, y)));
            case SIGMOID -> binary(Binary.Kind.MUL, g, binary(Binary.Kind.MUL, y, binary(Binary.Kind.SUB, one, y)));
            case RELU -> binary(Binary.Kind.MUL, g, call.before("d", new Unary(Unary.Kind.SIGN), y));
            default -> throw noRule(node);
        };
    }

    private List<String> binary(Node node, Binary.Kind kind, String a, String b, String y, String g) {
        return switch (kind) {
            case ADD -> List.of(g, g);
            case SUB -> List.of(g, call.before("d", new Unary(Unary.Kind.NEG), g));
            case MUL -> List.of(binary(Binary.Kind.MUL, g, b), binary(Binary.Kind.MUL, g, a));
            case DIV -> {
                String quotient = binary(Binary.Kind.DIV, g, b);
                String product = binary(Binary.Kind.MUL, quotient, y);
                yield List.of(quotient, call.before("d", new Unary(Unary.Kind.NEG), product));
            }
            default -> throw noRule(node);
        };
    }

    private String binary(Binary.Kind kind, String a, String b) {
        return call.before("d", new Binary(kind), a, b);
    }

    private static SelvedgeException noRule(Node node) {
        return new SelvedgeException(
                ErrorCode.UNSUPPORTED_OP,
                "has no rule for the derivative of " + node.op().type() + " '" + node.name() + "'");
    }

    /** Adds to what an input's derivative is so far; what was broadcast is summed up. */
    private void add(String input, String part) {
        int[] to = call.typeOf(input).shape().extents();
        int[] from = call.typeOf(part).shape().extents();
        String narrow = part;
        if (!Arrays.equals(from, to)) {
            int lead = from.length - to.length;
            List<Integer> axes = new ArrayList<>();
            for (int axis = 0; axis < from.length; axis++) {
                if (axis < lead || from[axis] != to[axis - lead]) {
                    axes.add(axis);
                }
            }
            String sum = call.before("sum", new Reduce(Reduce.Kind.SUM, axes, true), part);
            String shape =
                    call.constant("shape", Tensor.longs(longs(call.typeOf(input).shape()), to.length));
            narrow = call.before("narrow", new Reshape(false), sum, shape);
        }
        String before = gradients.get(input);
        gradients.put(input, before == null ? narrow : binary(Binary.Kind.ADD, before, narrow));
    }

    private static long[] longs(Shape shape) {
        return Arrays.stream(shape.extents()).asLongStream().toArray();
    }

    /** The derivative by a value; zeros where y does not depend on it. */
    private String of(String x) {
        String gradient = gradients.get(x);
        return gradient != null ? gradient : call.constant("zeros", Tensor.filled(call.typeOf(x), _ -> 0));
    }
}
