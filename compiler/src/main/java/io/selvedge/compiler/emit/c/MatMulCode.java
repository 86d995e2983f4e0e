package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import java.util.List;

/** Matrix products: vectors along a contiguous axis of the result, or along K where A and B are contiguous in it. */
final class MatMulCode {
    private static final int MAX_TILE = 28;

    private MatMulCode() {}

    static void write(StepCode code, Kernel.MatMul product) {
        if (code.buffer(product.y().buffer()).dtype() != DType.FLOAT32) {
            scalars(code, product);
            return;
        }
        code.include("matmul.h");
        List<Integer> a = product.a().strides();
        List<Integer> b = product.b().strides();
        List<Integer> y = product.y().strides();
        boolean columns = b.get(2) == 1 && y.get(2) == 1;
        boolean rows = a.get(1) == 1 && y.get(1) == 1;
        boolean dot = !columns
                && !rows
                && a.get(2) == 1
                && b.get(1) == 1
                && product.k() >= code.target().lanes();
        // Y = A B is Y' = B' A': vectors along the rows of A instead of the columns of B.
        boolean swapped = !columns && !dot && (rows || product.m() > product.n() && b.get(2) != 1);
        Kernel.Strided left = swapped ? product.b() : product.a();
        Kernel.Strided right = swapped ? product.a() : product.b();
        int m = swapped ? product.n() : product.m();
        int n = swapped ? product.m() : product.n();
        int row = swapped ? 2 : 1;
        int col = swapped ? 1 : 2;
        int[] tile = dot ? dotTile(code, m, n) : tile(code, m, n);
        int width = tile[1] * (dot ? 1 : code.target().lanes());
        Split split = Split.of(List.of(
                new Split("SV_IMAGES", product.batch()),
                new Split("SV_BANDS", Math.ceilDiv(m, tile[0])),
                new Split("SV_GROUPS", Math.ceilDiv(n, width))));
        code.tile(tile[0] + "x" + tile[1]);
        code.declare("""
                static const struct sv_matmul %s = {.batch = %d, .m = %d, .k = %d, .n = %d, .tile = %d, .blocks = %d,
                    .a_batch = %d, .a_row = %d, .a_col = %d, .b_batch = %d, .b_row = %d, .b_col = %d,
                    .y_batch = %d, .y_row = %d, .y_col = %d, .alpha = %s%s};
                """.formatted(
                        code.named("matmul"),
                        product.batch(),
                        m,
                        product.k(),
                        n,
                        tile[0],
                        tile[1],
                        left.strides().get(0),
                        left.strides().get(row),
                        left.strides().get(col),
                        right.strides().get(0),
                        right.strides().get(row),
                        right.strides().get(col),
                        y.get(0),
                        y.get(row),
                        y.get(col),
                        CTypes.literal(product.alpha()),
                        split.field(code)));
        String part = code.openParts(split.units());
        code.line(
                "%s(&%s, %s, %s, %s, %s);",
                dot ? "sv_matmul_dot_f32" : "sv_matmul_f32",
                code.named("matmul"),
                part,
                operand(code, left, false),
                operand(code, right, false),
                operand(code, product.y(), true));
        code.closeParts();
    }

    /** Doubles and integers: rows of B are added up in the result, unsigned where a signed sum might overflow. */
    private static void scalars(StepCode code, Kernel.MatMul product) {
        DType dtype = code.buffer(product.y().buffer()).dtype();
        code.include("matmul_wide.h");
        code.line(
                "sv_matmul_%s(%s, %s, %s, %d, %d, %d, %d);",
                switch (dtype) {
                    case FLOAT64 -> "f64";
                    case INT32, UINT32 -> "w32";
                    case INT64, UINT64 -> "w64";
                    default -> throw new IllegalStateException("no matrix product of " + dtype.text());
                },
                wide(code, product.a(), dtype, false),
                wide(code, product.b(), dtype, false),
                wide(code, product.y(), dtype, true),
                product.batch(),
                product.m(),
                product.k(),
                product.n());
    }

    /** Pointer and strides. */
    private static String wide(StepCode code, Kernel.Strided operand, DType dtype, boolean written) {
        String type = dtype == DType.FLOAT64 ? "double" : dtype.bytes() == 4 ? "unsigned" : "unsigned long long";
        String pointer = operand.weight()
                ? code.weight(operand.buffer(), type, (long) operand.offset() * dtype.bytes())
                : "(" + (written ? "" : "const ") + type + " *)"
                        + code.pointer(operand.buffer(), operand.offset(), written);
        return pointer + ", " + operand.strides().get(0) + ", "
                + operand.strides().get(1) + ", " + operand.strides().get(2);
    }

    private static int[] tile(StepCode code, int m, int n) {
        int vectors = (n + code.target().lanes() - 1) / code.target().lanes();
        int blocks = Math.min(2, vectors);
        int budget = Math.min(MAX_TILE, code.target().registers() - blocks - 2);
        return new int[] {Math.min(m, budget / blocks), blocks};
    }

    private static int[] dotTile(StepCode code, int m, int n) {
        int blocks = Math.min(4, n);
        return new int[] {Math.min(m, code.target().registers() > 16 ? 4 : 2), blocks};
    }

    private static String operand(StepCode code, Kernel.Strided operand, boolean written) {
        return operand.weight()
                ? code.weight(operand.buffer(), "float", operand.offset() * 4L)
                : code.pointer(operand.buffer(), operand.offset(), written);
    }
}
