package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import java.util.List;
import java.util.Optional;

/** 3x3 convolutions by Winograd's algorithm. */
final class WinogradCode {
    private static final int BLOCK = 16;
    /** Where threads would wait longer than this part of the time, they share the stages of a block instead of blocks. */
    private static final double IDLE_SHARE = 0.08;

    private WinogradCode() {}

    static void write(StepCode code, Kernel.Winograd winograd) {
        Kernel.Conv conv = winograd.conv();
        Buffer x = code.buffer(conv.x());
        Buffer y = code.buffer(conv.y());
        code.include("winograd.h");
        int inputs = roundUp(winograd.channels());
        declareProduct(code, winograd, inputs);
        PixelAxes axes = PixelAxes.of(
                x,
                y,
                conv.residual().isPresent()
                        ? Optional.of(code.buffer(conv.residual().getAsInt()))
                        : Optional.empty(),
                conv.window(),
                false);
        int lanes = code.target().lanes();
        code.declare(
                ("static const struct sv_winograd %s = {.stride = %d, %s,\n    .tile_rows = %d, .tile_cols = %d, .block = %d, "
                                + ".x_vectors = %d, .y_vectors = %d, .channels = %d, .product = &%s};\n")
                        .formatted(
                                code.named("winograd"),
                                conv.window().strideH(),
                                axes.fields(true),
                                Math.ceilDiv(y.h(), 4),
                                Math.ceilDiv(y.w(), 4),
                                winograd.block(),
                                inputs / lanes,
                                winograd.outputs() / lanes,
                                winograd.channels(),
                                code.named("product")));
        ConvCode.declareEpilogue(code, conv.epilogue());
        int blocks = Math.ceilDiv(Math.ceilDiv(y.h(), 4) * Math.ceilDiv(y.w(), 4), winograd.block());
        boolean stages = new Split("", blocks).idleShare(2) > IDLE_SHARE && code.shares(winograd.block());
        String part = stages ? Integer.toString(blocks) : code.openParts(blocks);
        if (stages) {
            code.openSections(3 * y.n() * blocks);
        }
        code.line(
                "%s&%s, %s, %s, %s, %s, %s, %s, %s, %s);",
                stages ? "sv_winograd_stages(me, " : "sv_winograd_f32(",
                code.named("winograd"),
                part,
                code.pointer(conv.x(), ConvCode.origin(x, conv.window()), false),
                code.prepared("float"),
                code.weight(conv.bias(), "float", 0),
                code.pointer(conv.y(), y.origin(), true),
                ConvCode.residual(code, conv.residual()),
                stages
                        ? code.pointer(winograd.scratchBuffer(), 0, true)
                        : code.scratch(winograd.scratchBuffer(), "float"),
                code.named("epilogue"));
        if (!stages) {
            code.closeParts();
        }
    }

    /** The product of one plane: as many pixels as a block has tiles, one 1x1 window each. */
    private static void declareProduct(StepCode code, Kernel.Winograd winograd, int inputs) {
        int lanes = code.target().lanes();
        int vectors = winograd.outputs() / lanes;
        KernelRows rows = new KernelRows(1, 0, 0, 1, 1);
        List<Tile> tiles = new TileChooser(code.target(), false)
                .ranked(
                        1,
                        winograd.block(),
                        vectors,
                        winograd.channels(),
                        rows,
                        (long) winograd.block() * inputs * Float.BYTES,
                        (long) inputs * Float.BYTES);
        int channels = code.buffer(winograd.writes()).c();
        boolean narrow = tiles.getFirst().isNarrow(channels, vectors, winograd.channels());
        Tile tile = code.chosen(
                winograd,
                // Narrow tiles add up in another order.
                tiles.stream()
                        .filter(each -> each.isNarrow(channels, vectors, winograd.channels()) == narrow)
                        .toList(),
                each -> "winograd " + winograd.block() + " " + each.order());
        code.tile(winograd.block() + " tiles, " + tile.text());
        code.declare(("static const struct sv_conv %s = {.images = 1, .rows = 1, .cols = %d, .vectors = %d, "
                        + ".tile_rows = 1, .tile_cols = %d, .blocks = %d,\n    .pixels_first = %d, .kernel_rows = 1, "
                        + ".segments = 1, .run = %d, .x_col = %d, .y_col = %d, .narrow = %d};\n")
                .formatted(
                        code.named("product"),
                        winograd.block(),
                        vectors,
                        tile.cols(),
                        tile.blocks(),
                        tile.pixelsFirst() ? 1 : 0,
                        winograd.channels(),
                        inputs,
                        winograd.outputs(),
                        narrow ? 1 : 0));
    }

    /** The statement that transforms the step's weights. */
    static String prepare(StepCode code, Kernel.Winograd winograd) {
        return "    sv_winograd_weights(%d, %d, %d, %d, %s, (float *)(prepared + %d));\n"
                .formatted(
                        winograd.conv().window().strideH(),
                        winograd.outputs() / BLOCK,
                        winograd.channels(),
                        code.buffer(winograd.conv().x()).pixelPitch(),
                        code.weight(winograd.conv().weights(), "float", 0),
                        code.preparedOffset());
    }

    private static int roundUp(int channels) {
        return Math.ceilDiv(channels, BLOCK) * BLOCK;
    }
}
