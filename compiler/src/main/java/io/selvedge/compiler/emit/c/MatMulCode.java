package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import java.util.List;

/** Matrix products: vectors along a contiguous axis of the result, or along K where A and B are contiguous in it. */
final class MatMulCode {
    private static final int MAX_TILE = 28;

    /** From so many rows of A on it pays to transpose B where that is contiguous along K. */
    private static final int PACKED_ROWS = 4;

    /** Two multiply-adds of four cycles each in flight, and what it costs to begin another tile. */
    private static final int LEAST_TILE_COST = 8;

    private static final int NEXT_TILE_COST = 1;

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
        boolean packed = dot && product.m() >= PACKED_ROWS;
        // Y = A B is Y' = B' A': vectors along the rows of A instead of the columns of B.
        boolean swapped = !columns && !dot && (rows || product.m() > product.n() && b.get(2) != 1);
        Kernel.Strided left = swapped ? product.b() : product.a();
        Kernel.Strided right = swapped ? product.a() : product.b();
        int m = swapped ? product.n() : product.m();
        int n = swapped ? product.m() : product.n();
        int row = swapped ? 2 : 1;
        int col = swapped ? 1 : 2;
        int[] tile = dot && !packed ? dotTile(code, m, n) : tile(code, m, n);
        int width = tile[1] * (dot && !packed ? 1 : code.target().lanes());
        Split batches = new Split("SV_IMAGES", product.batch());
        Split groups = new Split("SV_GROUPS", Math.ceilDiv(n, width));
        // Rows of A would lay out B once for every thread.
        Split split = Split.of(
                packed
                        ? List.of(batches, groups)
                        : List.of(batches, new Split("SV_BANDS", Math.ceilDiv(m, tile[0])), groups));
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
                packed ? "sv_matmul_packed_f32" : dot ? "sv_matmul_dot_f32" : "sv_matmul_f32",
                code.named("matmul"),
                part,
                code.operand(left, false),
                code.operand(right, false),
                code.operand(product.y(), true));
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
        int best = 1;
        for (int rows = 2; rows <= Math.min(m, budget / blocks); rows++) {
            best = cost(m, rows, blocks) <= cost(m, best, blocks) ? rows : best;
        }
        return new int[] {best, blocks};
    }

    /** Half-cycles for a step along K of all tiles of some columns. */
    private static int cost(int m, int rows, int blocks) {
        int rest = m % rows;
        return m / rows * (Math.max(rows * blocks, LEAST_TILE_COST) + NEXT_TILE_COST)
                + (rest > 0 ? Math.max(rest * blocks, LEAST_TILE_COST) + NEXT_TILE_COST : 0);
    }

    private static int[] dotTile(StepCode code, int m, int n) {
        int blocks = Math.min(4, n);
        return new int[] {Math.min(m, code.target().registers() > 16 ? 4 : 2), blocks};
    }
}
