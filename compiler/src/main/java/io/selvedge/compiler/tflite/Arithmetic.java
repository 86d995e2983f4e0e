package io.selvedge.compiler.tflite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Functions of two or three elements, broadcast as in ONNX: aligned at the last axis. */
final class Arithmetic {
    private Arithmetic() {}

    /** An ONNX operator of two operands, and the activation that field 0 of the options names. */
    static TfliteTranslator activated(String onnx) {
        return call -> call.deliver(0, call.activated(call.emit(onnx, Map.of(), call.real(0), call.real(1)), 0));
    }

    /** An ONNX operator of two operands. */
    static TfliteTranslator same(String onnx) {
        return call -> call.deliver(0, call.emit(onnx, Map.of(), call.real(0), call.real(1)));
    }

    static void squaredDifference(TfliteCall call) {
        String difference = call.emit("Sub", Map.of(), call.real(0), call.real(1));
        call.deliver(0, call.emit("Mul", Map.of(), difference, difference));
    }

    static void notEqual(TfliteCall call) {
        call.deliver(0, call.emit("Not", Map.of(), call.emit("Equal", Map.of(), call.real(0), call.real(1))));
    }

    /** Quotients rounded downward. ONNX rounds those of integers toward zero, so the rest goes first. */
    static void floorDiv(TfliteCall call) {
        if (call.dtype(call.real(0)).isFloat()) {
            call.deliver(0, call.emit("Floor", Map.of(), call.emit("Div", Map.of(), call.real(0), call.real(1))));
            return;
        }
        String a = call.real(0);
        String b = call.real(1);
        String rest = call.emit("Mod", Map.of(), a, b);
        call.deliver(0, call.emit("Div", Map.of(), call.emit("Sub", Map.of(), a, rest), b));
    }

    /** The rest has the divisor's sign. */
    static void floorMod(TfliteCall call) {
        String a = call.real(0);
        String b = call.real(1);
        if (!call.dtype(a).isFloat()) {
            call.deliver(0, call.emit("Mod", Map.of(), a, b));
            return;
        }
        String quotient = call.emit("Floor", Map.of(), call.emit("Div", Map.of(), a, b));
        call.deliver(0, call.emit("Sub", Map.of(), a, call.emit("Mul", Map.of(), quotient, b)));
    }

    static void addN(TfliteCall call) {
        String sum = call.real(0);
        for (int i = 1; i < call.inputs(); i++) {
            sum = call.emit("Add", Map.of(), sum, call.real(i));
        }
        call.deliver(0, sum);
    }

    /** A condition of one axis chooses among whole rows in the old form; elsewhere it broadcasts. */
    static void select(TfliteCall call) {
        String condition = call.raw(0);
        int rank = call.rank(1);
        if (call.rank(0) == 1 && rank > 1) {
            List<Integer> rows = new ArrayList<>(Collections.nCopies(rank, 1));
            rows.set(0, call.extents(0).getFirst());
            condition = call.reshaped(condition, rows);
        }
        call.deliver(0, call.emit("Where", Map.of(), condition, call.real(1), call.real(2)));
    }

    static void selectV2(TfliteCall call) {
        call.deliver(0, call.emit("Where", Map.of(), call.raw(0), call.real(1), call.real(2)));
    }
}
