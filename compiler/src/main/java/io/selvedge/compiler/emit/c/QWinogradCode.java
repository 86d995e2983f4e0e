package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.WeightPacking;
import io.selvedge.compiler.target.Target;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * 8-bit 3x3 convolutions by Winograd's algorithm in integers, where that is sooner done on a target than the direct sum: a
 * quarter of the products, of 16 bits each. The integers are the same, so that every target may choose for itself.
 *
 * @param block tiles of 4x4 outputs that go through together
 * @param channels of x, in whole blocks of 16
 * @param outputs channels of y, likewise
 */
record QWinogradCode(Kernel.QConv conv, Buffer x, Buffer y, int block, int channels, int outputs) {
    private static final int TILE = 4;
    private static final int PLANES = 36;

    /** The JVM keeps 80 KB of stack free for native code, WebAssembly has 64 KB in all. */
    private static final int STACK_BYTES = 48 * 1024;

    private static final int LONGEST_BLOCK = 24;

    /** A sum that the algorithm yields exactly is below this. */
    private static final int LARGEST_SUM = 1 << 25;

    /** Instructions of the transforms for 16 channels of a tile's inputs, and for a vector of its outputs. */
    private static final double INPUT_COST = 280;

    private static final double OUTPUT_COST = 340;

    /** What is not a product keeps more units of a core busy. */
    private static final double PRODUCT_COST = 1.6;

    private static final double WORTHWHILE = 0.9;

    /** Bytes of transformed weights that arrive per cycle from the second cache, and from beyond: all of them for every block. */
    private static final double NEAR_BYTES = 32;

    private static final double FAR_BYTES = 12;
    private static final int NEAR = 768 * 1024;

    /** The ways to compute a convolution so, that in the longest blocks first; none where it is not possible. */
    static List<QWinogradCode> possible(PlannedProgram planned, Target target, Kernel.QConv conv) {
        Buffer x = planned.program().buffer(conv.x());
        Buffer y = planned.program().buffer(conv.y());
        Kernel.Window w = conv.window();
        boolean fits = w.kernelH() == 3
                && w.kernelW() == 3
                && w.strideH() == 1
                && w.strideW() == 1
                && w.dilationH() == 1
                && w.dilationW() == 1
                && y.h() >= TILE
                && y.w() >= TILE
                // Tiles at the edge are computed twice, and would find a residual that is the sum already.
                && !overResidual(planned, conv)
                && x.pixelPitch() % WeightPacking.BLOCK == 0;
        if (!fits) {
            return List.of();
        }
        int channels = WeightPacking.roundUp(x.c());
        int outputs = WeightPacking.roundUp(y.c());
        int tiles = Math.ceilDiv(y.h(), TILE) * Math.ceilDiv(y.w(), TILE);
        int bytesPerTile = PLANES * (channels * Short.BYTES + WeightPacking.BLOCK * Integer.BYTES);
        int longest = Math.min(STACK_BYTES / (target.isWasm() ? 2 : 1) / bytesPerTile, LONGEST_BLOCK);
        if (longest < 2) {
            return List.of();
        }
        if (!exact(planned.program().weights().get(conv.weights()).bytes(), x.pixelPitch(), outputs)) {
            return List.of();
        }
        return IntStream.of(longest, longest / 2)
                .filter(most -> most >= 2)
                .map(most -> Math.ceilDiv(tiles, Math.ceilDiv(tiles, most)))
                .distinct()
                .mapToObj(block -> new QWinogradCode(conv, x, y, block, channels, outputs))
                .toList();
    }

    private static boolean overResidual(PlannedProgram planned, Kernel.QConv conv) {
        return conv.residual().isPresent()
                && planned.offsets().get(conv.y()) >= 0
                && planned.offsets()
                        .get(conv.y())
                        .equals(planned.offsets().get(conv.residual().getAsInt()));
    }

    /** Whether this is sooner done than the direct sum. */
    boolean worthwhile(Target target) {
        double vectors = (double) outputs / target.lanes();
        // Instructions of sv_dot4 and of sv_madd16, which x86-64 has one or two for.
        int four = target.dotProduct() ? 1 : 5;
        int two = !target.arch().equals("x86_64") ? 4 : target.dotProduct() ? 1 : 2;
        double direct = 16 * 9 * channels / 4.0 * vectors * four * PRODUCT_COST;
        double products = PLANES * channels / 2.0 * vectors * two * PRODUCT_COST;
        double transforms = INPUT_COST * channels / 16 * 8 / Math.min(8, target.lanes()) + OUTPUT_COST * vectors;
        double preparedBytes = (double) PLANES * channels * outputs * Short.BYTES;
        double arrival = preparedBytes / block / (preparedBytes <= NEAR ? NEAR_BYTES : FAR_BYTES) * PRODUCT_COST;
        return Math.max(products, arrival) + transforms < WORTHWHILE * direct;
    }

    /** Whether no sum of u8 inputs times these weights leaves the range that the algorithm yields. */
    private static boolean exact(ByteBuffer packed, int pitch, int outputs) {
        int words = 3 * Math.ceilDiv(3 * pitch, 4);
        for (int oc = 0; oc < outputs; oc++) {
            long above = 0;
            long below = 0;
            for (int k = 0; k < words * 4; k++) {
                int at = (oc / WeightPacking.BLOCK * words + k / 4) * WeightPacking.BLOCK + oc % WeightPacking.BLOCK;
                byte weight = packed.get(packed.position() + at * 4 + k % 4);
                above += Math.max(weight, 0);
                below += Math.max(-weight, 0);
            }
            if (Math.max(above, below) * 255 >= LARGEST_SUM) {
                return false;
            }
        }
        return true;
    }

    long preparedBytes() {
        return (long) PLANES * channels * outputs * Short.BYTES;
    }

    void write(StepCode code) {
        code.include("qwinograd.h");
        code.tile(block + " tiles");
        Kernel.Window window = conv.window();
        PixelAxes axes = PixelAxes.of(
                x, y, conv.residual().stream().mapToObj(code::buffer).findFirst(), window, false);
        int tiles = Math.ceilDiv(y.h(), TILE) * Math.ceilDiv(y.w(), TILE);
        Split split = Split.of(List.of(
                new Split("SV_BANDS", Math.ceilDiv(tiles, block)),
                new Split("SV_GROUPS", outputs / WeightPacking.BLOCK)));
        code.declare(("static const struct sv_qwinograd %s = {%s,\n    .tile_rows = %d, .tile_cols = %d, .block = %d, "
                        + ".tile = %d, .channels = %d, .outputs = %d%s};\n")
                .formatted(
                        code.named("winograd"),
                        axes.fields(true),
                        Math.ceilDiv(y.h(), TILE),
                        Math.ceilDiv(y.w(), TILE),
                        block,
                        tile(code.target()),
                        channels,
                        outputs,
                        split.field(code)));
        ConvCode.declareRequantize(code, conv.requantize(), conv.scales());
        String part = code.openParts(split.units());
        code.line("_Alignas(64) short v[%d];", PLANES * block * channels);
        code.line("_Alignas(64) int m[%d];", PLANES * block * WeightPacking.BLOCK);
        code.line(
                "sv_qwinograd_u8(&%s, %s, %s, %s, %s, %s, %s, %s, &%s, v, m);",
                code.named("winograd"),
                part,
                code.pointer(conv.x(), ConvCode.origin(x, window), false),
                code.prepared("short"),
                code.weight(conv.bias(), "int", 0),
                code.weight(conv.scales(), "float", 0),
                code.pointer(conv.y(), y.origin(), true),
                ConvCode.residual(code, conv.residual()),
                code.named("requantize"));
        code.closeParts();
    }

    /** As many tiles as leave registers for a weight, an input and a product, without a short last one if that is possible. */
    private int tile(Target target) {
        int parts = Math.ceilDiv(WeightPacking.BLOCK, target.lanes());
        int most = Math.max(1, (target.registers() - 3 - (parts > 2 ? 0 : parts)) / parts);
        return Math.ceilDiv(block, Math.ceilDiv(block, most));
    }

    /** The statement that transforms the step's weights. */
    String prepare(StepCode code) {
        return "    sv_qwinograd_weights(%d, %d, %d, %s, (short *)(prepared + %d));\n"
                .formatted(
                        outputs,
                        channels,
                        x.pixelPitch(),
                        code.weight(conv.weights(), "signed char", 0),
                        code.preparedOffset());
    }
}
