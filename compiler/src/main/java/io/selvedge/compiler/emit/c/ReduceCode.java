package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import java.util.List;

/** Reductions: vectors of neighbouring results, or, where the reduced axis is the contiguous one, of neighbouring inputs. */
final class ReduceCode {
    /** Vectors that are folded side by side. */
    private static final int PARTS = 4;

    private final StepCode code;
    private final Kernel.Reduce reduce;
    private final int vector;

    private ReduceCode(StepCode code, Kernel.Reduce reduce) {
        this.code = code;
        this.reduce = reduce;
        this.vector = code.target().lanes();
    }

    static void write(StepCode code, Kernel.Reduce reduce) {
        DType dtype = StridedCode.dtype(code, reduce.input());
        if (dtype == DType.FLOAT32 || dtype == DType.BOOL) {
            new ReduceCode(code, reduce).write();
        } else {
            ScalarReduceCode.write(code, reduce);
        }
    }

    private void write() {
        LoopNest results = MapCode.vectorised(
                LoopNest.of(
                        reduce.extents(),
                        List.of(reduce.input().strides(), reduce.output().strides())),
                vector);
        // The "output" of the reduced axes is the input too: the order is that of memory.
        LoopNest folded = LoopNest.of(reduce.reduced(), List.of(reduce.reducedStrides(), reduce.reducedStrides()));
        boolean along = folded.innermost().output() == 1
                && folded.innermost().extent() > 1
                && (results.innermost().extent() == 1
                        || !results.innermost().strides().equals(List.of(1, 1)));
        if (along) {
            foldAlong(results, folded);
        } else {
            foldAcross(code.divided(results, vector), folded);
        }
    }

    private void foldAcross(LoopNest results, LoopNest folded) {
        StridedCode.openParts(code, results.outer(), this::declareOperands);
        String index = StridedCode.index(results.outer().size());
        int extent = results.innermost().extent();
        int full = extent / vector * vector;
        if (full > 0) {
            code.open("for (long %s = 0; %s < %d; %s += SV_LANES)", index, index, full, index);
            foldVector(results, folded, index, vector);
            code.close();
        }
        if (extent > full) {
            code.open("");
            foldVector(results, folded, String.valueOf(full), extent - full);
            code.close();
        }
        StridedCode.closeParts(code, results.outer());
    }

    private void declareOperands() {
        StridedCode.declare(code, "x", reduce.input(), false);
        StridedCode.declare(code, "y", reduce.output(), true);
    }

    private void foldVector(LoopNest results, LoopNest folded, String index, int lanes) {
        int first = results.axes().size();
        code.line("sv_f32 acc = sv_splat(%s);", initial());
        StridedCode.open(code, folded.axes(), first);
        String from = StridedCode.element(at("x", results, index, 0), folded.axes(), first, 0);
        code.line(
                "const sv_f32 v = %s;",
                CTypes.load(
                        StridedCode.dtype(code, reduce.input()),
                        from,
                        results.innermost().strides().get(0),
                        lanes,
                        vector));
        code.line("acc = %s;", step());
        StridedCode.close(code, folded.axes());
        code.line(CTypes.store(
                code.buffer(reduce.output().buffer()).dtype(),
                at("y", results, index, 1),
                results.innermost().output(),
                lanes,
                vector,
                mean("acc")));
    }

    private void foldAlong(LoopNest results, LoopNest folded) {
        int first = results.axes().size();
        StridedCode.openParts(code, results.axes(), this::declareOperands);
        code.line("sv_f32 acc = sv_splat(%s), part[%d] = {acc%s};", initial(), PARTS, ", acc".repeat(PARTS - 1));
        code.line("float rest[SV_LANES];");
        StridedCode.open(code, folded.outer(), first);
        String from = StridedCode.element(StridedCode.element("x", results.axes(), 0, 0), folded.outer(), first, 0);
        String index = StridedCode.index(first + folded.outer().size());
        int extent = folded.innermost().extent();
        int full = extent / vector * vector;
        int groups = extent / (PARTS * vector) * PARTS * vector;
        if (groups > 0) {
            // Several folds at once, because each waits for the one before.
            code.open("for (long %s = 0; %s < %d; %s += %d * SV_LANES)", index, index, groups, index, PARTS);
            code.line("SV_UNROLL");
            code.open("for (int p = 0; p < %d; p++)", PARTS);
            code.line("const sv_f32 v = %s;", vector(from + " + " + index + " + p * SV_LANES"));
            code.line("part[p] = %s;", step().replace("acc", "part[p]"));
            code.close();
            code.close();
        }
        if (full > groups) {
            code.open("for (long %s = %d; %s < %d; %s += SV_LANES)", index, groups, index, full, index);
            code.line("const sv_f32 v = %s;", vector(from + " + " + index));
            code.line("acc = %s;", step());
            code.close();
        }
        if (extent > full) {
            code.line("sv_store(rest, sv_splat(%s));", neutral());
            code.line(
                    "for (long %s = 0; %s < %d; %s++) rest[%s] = (float)(%s)[%s];",
                    index, index, extent - full, index, index, full == 0 ? from : from + " + " + full, index);
            code.open("");
            code.line("const sv_f32 v = sv_load(rest);");
            code.line("acc = %s;", step());
            code.close();
        }
        StridedCode.close(code, folded.outer());
        code.line("SV_UNROLL");
        code.open("for (int p = 0; p < %d; p++)", PARTS);
        code.line("const sv_f32 v = part[p];");
        code.line("acc = %s;", reduce.kind() == Kernel.Reduce.Kind.SUM_SQUARE ? "acc + v" : step());
        code.close();
        code.line("sv_store(rest, acc);");
        code.line("float result = rest[0];");
        code.line("for (int lane = 1; lane < SV_LANES; lane++) result = %s;", laneStep());
        code.line(
                "*(%s) = (%s)%s;",
                StridedCode.element("y", results.axes(), 0, 1),
                CTypes.of(code.buffer(reduce.output().buffer()).dtype()),
                mean("result"));
        StridedCode.closeParts(code, results.axes());
    }

    private String vector(String pointer) {
        return CTypes.load(StridedCode.dtype(code, reduce.input()), pointer, 1, vector, vector);
    }

    private static String at(String base, LoopNest nest, String index, int operand) {
        StringBuilder sum = new StringBuilder(StridedCode.element(base, nest.outer(), 0, operand));
        if (!index.equals("0")) {
            StridedCode.add(sum, index, nest.innermost().strides().get(operand));
        }
        return sum.toString();
    }

    private String initial() {
        return switch (reduce.kind()) {
            case SUM, MEAN, SUM_SQUARE -> "0";
            case PROD -> "1";
            case MAX -> "-__builtin_inff()";
            case MIN -> "__builtin_inff()";
        };
    }

    /** An input that changes nothing. */
    private String neutral() {
        return initial();
    }

    private String step() {
        return switch (reduce.kind()) {
            case SUM, MEAN -> "acc + v";
            case SUM_SQUARE -> "sv_fma(v, v, acc)";
            case PROD -> "acc * v";
            case MAX -> "sv_max(v, acc)";
            case MIN -> "sv_min(v, acc)";
        };
    }

    private String laneStep() {
        return switch (reduce.kind()) {
            case SUM, MEAN, SUM_SQUARE -> "result + rest[lane]";
            case PROD -> "result * rest[lane]";
            case MAX -> "rest[lane] > result ? rest[lane] : result";
            case MIN -> "rest[lane] < result ? rest[lane] : result";
        };
    }

    private String mean(String sum) {
        if (reduce.kind() != Kernel.Reduce.Kind.MEAN) {
            return sum;
        }
        long count = reduce.reduced().stream().mapToLong(e -> e).reduce(1, Math::multiplyExact);
        return "(" + sum + " / " + count + ")";
    }
}
