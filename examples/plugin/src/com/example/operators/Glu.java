package com.example.operators;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Composition;
import io.selvedge.compiler.op.OpCall;
import io.selvedge.compiler.op.Operands;
import io.selvedge.compiler.op.Unary;

/**
 * {@code Y = A * sigmoid(B)}, A and B the halves of X along an axis: a gated linear unit. It needs no class of its own, because
 * it is decomposed into built-in operators while the model is read; what is known of X's shape then may decide how.
 */
final class Glu {
    private Glu() {}

    static Op read(OpCall call) {
        int axis = call.axis(1);
        int extent = call.extents(0)[axis];
        Operands.shapes(extent % 2 == 0, "needs an even extent along axis %d, got %d", axis, extent);
        Composition with = new Composition(call);
        String a = with.slice(call.input(0), axis, 0, extent / 2);
        String b = with.slice(call.input(0), axis, extent / 2, extent);
        return with.last(new Binary(Binary.Kind.MUL), a, with.unary(Unary.Kind.SIGMOID, b));
    }
}
