package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Kernel;
import java.util.List;

/** Reductions of doubles and integers: one accumulator of 64 bits per result. */
final class ScalarReduceCode {
    private ScalarReduceCode() {}

    static void write(StepCode code, Kernel.Reduce reduce) {
        code.include("wide.h");
        LoopNest results = LoopNest.of(
                reduce.extents(),
                List.of(reduce.input().strides(), reduce.output().strides()));
        LoopNest folded = LoopNest.of(reduce.reduced(), List.of(reduce.reducedStrides(), reduce.reducedStrides()));
        DType dtype = StridedCode.dtype(code, reduce.input());
        Compute compute = Compute.of(List.of(dtype));
        String type = CTypes.of(compute.dtype());
        StridedCode.openParts(code, results.axes(), () -> {
            StridedCode.declare(code, "x", reduce.input(), false);
            StridedCode.declare(code, "y", reduce.output(), true);
        });
        code.line("%s sum = %s;", type, initial(reduce.kind(), compute));
        int first = results.axes().size();
        StridedCode.open(code, folded.axes(), first);
        String from = StridedCode.element(StridedCode.element("x", results.axes(), 0, 0), folded.axes(), first, 0);
        code.line("const %s v = %s;", type, ScalarCode.load(code, compute, dtype, from));
        code.line("sum = %s;", step(reduce.kind(), compute));
        StridedCode.close(code, folded.axes());
        long count = reduce.reduced().stream().mapToLong(e -> e).reduce(1, Math::multiplyExact);
        String result = reduce.kind() != Kernel.Reduce.Kind.MEAN
                ? "sum"
                : compute == Compute.F64
                        ? "(sum / " + count + ")"
                        : "sv_div_" + (compute == Compute.U64 ? "u64" : "s64") + "(sum, " + count + ")";
        code.line(
                "*(%s) = %s;",
                StridedCode.element("y", results.axes(), 0, 1),
                ScalarCode.store(
                        code, compute, code.buffer(reduce.output().buffer()).dtype(), result));
        StridedCode.closeParts(code, results.axes());
    }

    private static String initial(Kernel.Reduce.Kind kind, Compute compute) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARE -> "0";
            case PROD -> "1";
            case MAX ->
                switch (compute) {
                    case F32, F64 -> "-__builtin_inf()";
                    case S64 -> "-0x7fffffffffffffffLL - 1";
                    case U64 -> "0";
                };
            case MIN ->
                switch (compute) {
                    case F32, F64 -> "__builtin_inf()";
                    case S64 -> "0x7fffffffffffffffLL";
                    case U64 -> "~0ull";
                };
        };
    }

    private static String step(Kernel.Reduce.Kind kind, Compute compute) {
        boolean real = compute == Compute.F64;
        return switch (kind) {
            case SUM, MEAN -> compute == Compute.S64 ? "sv_add_s64(sum, v)" : "sum + v";
            case SUM_SQUARE -> compute == Compute.S64 ? "sv_add_s64(sum, sv_mul_s64(v, v))" : "sum + v * v";
            case PROD -> compute == Compute.S64 ? "sv_mul_s64(sum, v)" : "sum * v";
            case MAX -> real ? "sv_max_f64(sum, v)" : "v > sum ? v : sum";
            case MIN -> real ? "sv_min_f64(sum, v)" : "v < sum ? v : sum";
        };
    }
}
