package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import java.util.ArrayList;
import java.util.List;

/** Element-wise kernels: vectors along the axis where most operands are contiguous, plain loops around it. */
final class MapCode {
    private static final double BROADCAST_COST = 0.05;

    private final StepCode code;
    private final Kernel.Map map;
    private final int vector;

    private MapCode(StepCode code, Kernel.Map map) {
        this.code = code;
        this.map = map;
        this.vector = code.target().lanes();
    }

    static void write(StepCode code, Kernel.Map map) {
        new MapCode(code, map).write();
    }

    private void write() {
        if (ExprCode.usesMath(map.expr())) {
            code.include("math.h");
        }
        int arity = map.inputs().size();
        code.declare(ExprCode.function(code.named("map"), arity, map.expr()));
        List<List<Integer>> strides = new ArrayList<>(
                map.inputs().stream().map(Kernel.Strided::strides).toList());
        strides.add(map.output().strides());
        LoopNest nest = vectorised(LoopNest.of(map.extents(), strides), vector);
        for (int i = 0; i < arity; i++) {
            StridedCode.declare(code, "x" + i, map.inputs().get(i), false);
        }
        StridedCode.declare(code, "y", map.output(), true);
        StridedCode.open(code, nest.outer(), 0);
        LoopNest.Axis axis = nest.innermost();
        String index = StridedCode.index(nest.outer().size());
        int full = axis.extent() / vector * vector;
        int rest = axis.extent() % vector;
        if (full > 0) {
            code.open("for (long %s = 0; %s < %d; %s += SV_LANES)", index, index, full, index);
            code.line(statement(nest, index, vector));
            code.close();
        }
        if (rest > 0) {
            code.line(statement(nest, String.valueOf(full), rest));
        }
        StridedCode.close(code, nest.outer());
    }

    private String statement(LoopNest nest, String index, int lanes) {
        StringBuilder operands = new StringBuilder();
        for (int i = 0; i < map.inputs().size(); i++) {
            operands.append(i == 0 ? "" : ", ")
                    .append(CTypes.load(
                            StridedCode.dtype(code, map.inputs().get(i)),
                            at("x" + i, nest, index, i),
                            nest.innermost().strides().get(i),
                            lanes,
                            vector));
        }
        return CTypes.store(
                code.buffer(map.output().buffer()).dtype(),
                at("y", nest, index, map.inputs().size()),
                nest.innermost().output(),
                lanes,
                vector,
                code.named("map") + "(" + operands + ")");
    }

    private static String at(String base, LoopNest nest, String index, int operand) {
        StringBuilder sum = new StringBuilder(StridedCode.element(base, nest.outer(), 0, operand));
        if (!index.equals("0")) {
            StridedCode.add(sum, index, nest.innermost().strides().get(operand));
        }
        return sum.toString();
    }

    /** The nest with the axis innermost along which vectors are cheapest. */
    static LoopNest vectorised(LoopNest nest, int vector) {
        int best = nest.axes().size() - 1;
        double bestCost = Double.POSITIVE_INFINITY;
        for (int i = nest.axes().size() - 1; i >= 0; i--) {
            LoopNest.Axis axis = nest.axes().get(i);
            double cost = 1.0 / vector;
            for (int stride : axis.strides()) {
                cost += stride == 0 ? BROADCAST_COST : stride == 1 ? 2.0 / vector : 1;
            }
            int vectors = (axis.extent() + vector - 1) / vector;
            cost *= (double) vectors * vector / axis.extent();
            if (cost < bestCost) {
                bestCost = cost;
                best = i;
            }
        }
        return nest.inner(best);
    }
}
