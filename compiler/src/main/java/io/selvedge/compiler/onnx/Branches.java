package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * If. With a known condition one branch is read; else both are, and Where selects: operators have no effects, so that
 * computing too much is only slower.
 */
final class Branches {
    private Branches() {}

    static List<Value> read(StructureCall call) {
        String condition = call.tensor(0, "condition");
        Body then = call.body("then_branch");
        Body otherwise = call.body("else_branch");
        Optional<Long> known = call.session().numberIfKnown(condition);
        if (known.isPresent()) {
            boolean taken = known.get() != 0;
            return call.inline(taken ? then : otherwise, taken ? "then" : "else", List.of());
        }
        List<Value> a = branch(call, condition, then, "then");
        List<Value> b = branch(call, condition, otherwise, "else");
        if (a.size() != b.size()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH, "its branches have " + a.size() + " and " + b.size() + " outputs");
        }
        String scalar = scalar(call, condition);
        List<Value> selected = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            selected.add(select(call, scalar, a.get(i), b.get(i), "output " + i));
        }
        return selected;
    }

    /** A branch that is never taken for the shapes at hand often contradicts them: only the condition's value helps. */
    private static List<Value> branch(StructureCall call, String condition, Body body, String step) {
        try {
            return call.inline(body, step, List.of());
        } catch (SelvedgeException e) {
            SelvedgeException undecided =
                    call.session().needsConstant(condition, "its condition, since one of its branches cannot be read");
            throw new SelvedgeException(
                    e.code(), "If '" + call.name() + "' " + undecided.getMessage() + ". " + e.getMessage(), e);
        }
    }

    /** A condition without axes, which broadcasts to whatever it selects. */
    static String scalar(StructureCall call, String condition) {
        TensorType type = call.type(condition);
        if (type.shape().rank() > 0 && type.shape().elements() == 1) {
            return call.add(
                    "condition", new Reshape(false), condition, call.session().integers());
        }
        return condition;
    }

    /**
     * {@code condition ? a : b}.
     *
     * @param what the value, for messages
     * @throws SelvedgeException BAD_GRAPH when both differ in more than their elements
     */
    static Value select(StructureCall call, String condition, Value a, Value b, String what) {
        if (a.equals(b)) {
            return a;
        }
        if (a instanceof Value.Single(String first) && b instanceof Value.Single(String second)) {
            TensorType type = call.type(first);
            if (type.equals(call.type(second))) {
                return new Value.Single(call.add("select", new Where(), condition, first, second));
            }
            throw differs(
                    call, condition, what, type.toString(), call.type(second).toString());
        }
        if (a instanceof Value.Sequence(List<Value> first)
                && b instanceof Value.Sequence(List<Value> second)
                && first.size() == second.size()) {
            List<Value> elements = new ArrayList<>();
            for (int i = 0; i < first.size(); i++) {
                elements.add(select(call, condition, first.get(i), second.get(i), what));
            }
            return new Value.Sequence(elements);
        }
        if (a instanceof Value.Maybe(Optional<Value> first)
                && b instanceof Value.Maybe(Optional<Value> second)
                && first.isPresent()
                && second.isPresent()) {
            return new Value.Maybe(Optional.of(select(call, condition, first.get(), second.get(), what)));
        }
        throw differs(call, condition, what, a.kind(), b.kind());
    }

    private static SelvedgeException differs(
            StructureCall call, String condition, String what, String first, String second) {
        return call.session()
                .needsConstant(
                        condition, "its condition, which decides whether " + what + " is " + first + " or " + second);
    }
}
