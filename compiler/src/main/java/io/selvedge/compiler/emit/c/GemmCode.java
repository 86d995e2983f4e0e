package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Products with constant matrices, f32 and 8 bits. */
final class GemmCode {
    private final StepCode code;
    private final Kernel.Gemm gemm;
    private final int vector;

    private GemmCode(StepCode code, Kernel.Gemm gemm) {
        this.code = code;
        this.gemm = gemm;
        this.vector = code.target().lanes();
    }

    static void write(StepCode code, Kernel.Gemm gemm) {
        code.include("gemm.h");
        new GemmCode(code, gemm).write();
    }

    private void write() {
        boolean eightBit = gemm.integers().isPresent();
        int step = eightBit ? 4 : 1;
        int depth = Math.ceilDiv(gemm.k(), step);
        int vectors = Math.ceilDiv(gemm.n(), vector);
        List<Tile> tiles = new TileChooser(code.target(), eightBit)
                .ranked(
                        1,
                        gemm.m(),
                        vectors,
                        depth,
                        new KernelRows(1, 0, 0, 1, 1),
                        Long.MAX_VALUE,
                        // A single row has no next one.
                        (long) Math.max(gemm.k(), gemm.a().strides().getFirst()) * (eightBit ? 1 : Float.BYTES));
        // The columns are the outer loop of all of them.
        List<Tile> distinct = tiles.stream()
                .map(each -> new Tile(1, each.cols(), each.blocks(), false))
                .distinct()
                .toList();
        Tile tile = code.chosen(gemm, distinct, Tile::text);
        code.tile(tile.text());
        // Groups of columns have weights of their own, rows share them all.
        Split split = Split.of(List.of(
                new Split("SV_GROUPS", Math.ceilDiv(vectors, tile.blocks())),
                new Split("SV_BANDS", Math.ceilDiv(gemm.m(), tile.cols()))));
        code.declare(
                "static const struct sv_gemm %s = {.m = %d, .n = %d, .k = %d, .rest = %d, .tile = %d, .blocks = %d, .x_row = %d%s};\n"
                        .formatted(
                                code.named("gemm"),
                                gemm.m(),
                                gemm.n(),
                                gemm.k() / step,
                                gemm.k() % step,
                                tile.cols(),
                                tile.blocks(),
                                gemm.a().strides().get(0),
                                split.field(code)));
        declarePut();
        String part = code.openParts(split.units());
        String operands = operands();
        String x = code.pointer(gemm.a().buffer(), gemm.a().offset(), false);
        String y = code.pointer(gemm.y().buffer(), gemm.y().offset(), true);
        if (gemm.integers().isPresent()) {
            Kernel.Gemm.Integers integers = gemm.integers().get();
            code.line(
                    "sv_gemm_u8(&%s, %s, %s, %s, %s, %s, %s, %s, %s, %s);",
                    code.named("gemm"),
                    part,
                    x,
                    code.weight(gemm.weights(), "signed char", 0),
                    vector(integers.bias()),
                    vector(integers.sums()),
                    integers.zeroPoint().isPresent()
                            ? code.pointer(integers.zeroPoint().getAsInt(), 0, false)
                            : "0",
                    y,
                    operands,
                    code.named("put"));
        } else {
            code.line(
                    "sv_gemm_f32(&%s, %s, %s, %s, %s, %s, %s);",
                    code.named("gemm"),
                    part,
                    x,
                    code.weight(gemm.weights(), "float", 0),
                    y,
                    operands,
                    code.named("put"));
        }
        code.closeParts();
    }

    private String vector(OptionalInt weight) {
        return weight.isPresent() ? code.weight(weight.getAsInt(), "int", 0) : "0";
    }

    /** Declares the array of what the epilogue reads, and returns its name. */
    private String operands() {
        if (gemm.operands().isEmpty()) {
            return "0";
        }
        String name = code.named("operands");
        code.line(
                "const void *const %s[] = {%s};",
                name,
                gemm.operands().stream().map(each -> code.operand(each, false)).collect(Collectors.joining(", ")));
        return name;
    }

    /** The function that takes a vector of sums to memory, in a form for whole vectors and one for the last columns. */
    private void declarePut() {
        DType dtype = code.buffer(gemm.y().buffer()).dtype();
        if (dtype != DType.INT32) {
            ConvCode.declareEpilogue(code, gemm.epilogue(), 1 + gemm.operands().size());
        }
        int rest = gemm.n() % vector;
        StringBuilder body = new StringBuilder();
        if (gemm.n() >= vector) {
            body.append(rest > 0 ? "    if (lanes == SV_LANES) " : "    ").append(store(dtype, vector));
        }
        if (rest > 0) {
            body.append(gemm.n() >= vector ? "    else " : "    ").append(store(dtype, rest));
        }
        code.declare(("SV_INLINE void %s(const void *const *p, void *y, const long row, const long col, "
                        + "const int lanes, sv_f32 sum) {\n    (void)p;\n    (void)lanes;\n%s}\n")
                .formatted(code.named("put"), body));
    }

    private String store(DType dtype, int lanes) {
        String to = "(%s *)y + row * %d + col"
                .formatted(CTypes.of(dtype), gemm.y().strides().get(0));
        if (dtype == DType.INT32) {
            return "sv_store_sums(%s, (sv_s32)sum, %d);\n".formatted(to, lanes);
        }
        String sum = gemm.integers().isPresent() ? "__builtin_convertvector((sv_s32)sum, sv_f32)" : "sum";
        String operands = IntStream.range(0, gemm.operands().size())
                .mapToObj(i -> ", " + load(i, gemm.operands().get(i).strides(), lanes))
                .collect(Collectors.joining());
        return CTypes.store(dtype, to, 1, lanes, vector, code.named("epilogue") + "(" + sum + operands + ")") + "\n";
    }

    private String load(int operand, List<Integer> strides, int lanes) {
        String from = "(const float *)p[%d] + row * %d + col * %d".formatted(operand, strides.get(0), strides.get(1));
        return CTypes.load(DType.FLOAT32, from, strides.get(1), lanes, vector);
    }
}
