package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        if (map.compute() == Compute.F32) {
            new MapCode(code, map).write();
        } else {
            ScalarCode.write(code, map);
        }
    }

    private void write() {
        if (ExprCode.usesMath(map.expr())) {
            code.include("math.h");
        }
        boolean halves = Stream.concat(map.inputs().stream(), Stream.of(map.output()))
                .anyMatch(operand -> CTypes.isHalf(StridedCode.dtype(code, operand)));
        if (halves || ExprCode.rounds(map.expr())) {
            code.include("half.h");
        }
        int arity = map.inputs().size();
        List<List<Integer>> strides = new ArrayList<>(
                map.inputs().stream().map(Kernel.Strided::strides).toList());
        strides.add(map.output().strides());
        LoopNest all = LoopNest.of(map.extents(), strides);
        Optional<Triples> triples = toBytes() && arity == 1 ? Triples.of(all, vector) : Optional.empty();
        if (triples.isPresent()) {
            declareFunction("map", map.expr());
            triples.get().write(code, this::declareOperands, this::triple);
            return;
        }
        LoopNest nest = code.divided(vectorised(all, vector), 4 * vector);
        StridedCode.openParts(code, nest.outer(), this::declareOperands);
        int extent = nest.innermost().extent();
        int done = 0;
        Optional<Steps> steps =
                Steps.of(map.expr()).filter(_ -> toBytes() && nest.innermost().output() == 1);
        if (steps.isPresent() && extent >= 4 * vector) {
            declareFunction("steps", steps.get().expr());
            done = loop(nest, 0, 4, index -> quad(nest, index, steps.get()));
        }
        if (done < extent) {
            declareFunction("map", map.expr());
        }
        done = loop(nest, done, 1, index -> statement(nest, index, vector));
        if (done < extent) {
            code.line(statement(nest, String.valueOf(done), extent - done));
        }
        StridedCode.closeParts(code, nest.outer());
    }

    private void declareOperands() {
        for (int i = 0; i < map.inputs().size(); i++) {
            StridedCode.declare(code, "x" + i, map.inputs().get(i), false);
        }
        StridedCode.declare(code, "y", map.output(), true);
    }

    private void declareFunction(String name, Expr expr) {
        code.declare(ExprCode.function(code.named(name), map.inputs().size(), expr));
    }

    private boolean toBytes() {
        return code.buffer(map.output().buffer()).dtype() == DType.UINT8;
    }

    /** The loop over whole groups of vectors from element {@code from} on; returns the element behind them. */
    private int loop(LoopNest nest, int from, int vectors, UnaryOperator<String> statement) {
        int step = vectors * vector;
        int end = from + (nest.innermost().extent() - from) / step * step;
        if (end > from) {
            String index = StridedCode.index(nest.outer().size());
            String stride = vectors == 1 ? "SV_LANES" : vectors + " * SV_LANES";
            code.open("for (long %s = %d; %s < %d; %s += %s)", index, from, index, end, index, stride);
            code.line(statement.apply(index));
            code.close();
        }
        return end;
    }

    /** Four vectors of bytes, rounded and packed together. */
    private String quad(LoopNest nest, String index, Steps steps) {
        StringBuilder vectors = new StringBuilder();
        for (int part = 0; part < 4; part++) {
            String at = part == 0 ? index : "(" + index + " + " + part + " * SV_LANES)";
            vectors.append(code.named("steps"))
                    .append('(')
                    .append(operands(nest, at, vector))
                    .append("), ");
        }
        return "sv_store_steps(" + at("y", nest, index, map.inputs().size()) + ", " + vectors + steps.zeroPoint() + ", "
                + steps.lo() + ", " + steps.hi() + ");";
    }

    /** Three planes as bytes side by side. */
    private String triple(String to, List<String> from) {
        String planes = from.stream()
                .map(plane -> CTypes.load(StridedCode.dtype(code, map.inputs().getFirst()), plane, 1, vector, vector))
                .map(load -> "__builtin_convertvector(" + code.named("map") + "(" + load + "), sv_s32)")
                .collect(Collectors.joining(", "));
        return "sv_store_triples_u8(" + to + ", " + planes + ");";
    }

    private String operands(LoopNest nest, String index, int lanes) {
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
        return operands.toString();
    }

    private String statement(LoopNest nest, String index, int lanes) {
        return CTypes.store(
                code.buffer(map.output().buffer()).dtype(),
                at("y", nest, index, map.inputs().size()),
                nest.innermost().output(),
                lanes,
                vector,
                code.named("map") + "(" + operands(nest, index, lanes) + ")");
    }

    private static String at(String base, LoopNest nest, String index, int operand) {
        StringBuilder sum = new StringBuilder(StridedCode.element(base, nest.outer(), 0, operand));
        if (!index.equals("0")) {
            StridedCode.add(sum, index, nest.innermost().strides().get(operand));
        }
        return sum.toString();
    }

    /** An expression without its outermost rounding to 8 bits, and that rounding. */
    private record Steps(Expr expr, int zeroPoint, int lo, int hi) {
        static Optional<Steps> of(Expr expr) {
            return switch (expr) {
                case Expr.Requantize(Expr x, int zero, int lo, int hi) -> Optional.of(new Steps(x, zero, lo, hi));
                case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) ->
                    Optional.of(new Steps(new Expr.Binary(Expr.BinaryOp.DIV, x, new Expr.Const(scale)), zero, lo, hi));
                default -> Optional.empty();
            };
        }
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
