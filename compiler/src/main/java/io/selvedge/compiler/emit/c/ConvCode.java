package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Convolutions, dense and depthwise, f32 and 8 bits. */
final class ConvCode {
    private static final int MAX_DEPTHWISE_TILE = 8;

    /** SV_MAX_WORDS of qdepthwise.h. */
    private static final int MAX_DEPTHWISE_WORDS = 40;

    /** SV_DEPTHWISE_GROUP of depthwise.h. */
    private static final int DEPTHWISE_GROUP = 4;

    /** Half of a usual second cache. */
    private static final int WEIGHTS_OF_ALL_THREADS = 512 * 1024;

    /** Four weights of each of a block's channels. */
    private static final int WORD_BYTES = 4 * WeightPacking.BLOCK;

    private final StepCode code;
    private final Buffer x;
    private final Buffer y;
    private final OptionalInt residual;
    private final Kernel.Window window;

    private ConvCode(StepCode code, int x, int y, OptionalInt residual, Kernel.Window window) {
        this(code, code.buffer(x), y, residual, window);
    }

    private ConvCode(StepCode code, Buffer x, int y, OptionalInt residual, Kernel.Window window) {
        this.code = code;
        this.x = x;
        this.y = code.buffer(y);
        this.residual = residual;
        this.window = window;
    }

    static void write(StepCode code, Kernel.Conv conv) {
        Optional<SparseConvCode> sparse = code.sparse(conv);
        if (sparse.isPresent()) {
            sparse.get().write(code, conv);
            return;
        }
        ConvCode c = new ConvCode(code, conv.x(), conv.y(), conv.residual(), conv.window());
        code.include("conv.h");
        Split split = c.declareConv(code.chosen(conv, c.dense().tiles(), tile -> "direct " + tile.order()));
        declareEpilogue(code, conv.epilogue());
        String part = code.openParts(split.units());
        code.line(
                "sv_conv_f32(&%s, %s, %s, %s, %s, %s, %s, %s);",
                code.named("conv"),
                part,
                c.input(),
                code.weight(conv.weights(), "float", 0),
                code.weight(conv.bias(), "float", 0),
                c.output(),
                c.residual(),
                code.named("epilogue"));
        code.closeParts();
    }

    static void write(StepCode code, Kernel.QConv conv) {
        Optional<SparseConvCode> sparse = code.sparse(conv);
        if (sparse.isPresent()) {
            sparse.get().write(code, conv);
            return;
        }
        QConvForm form = code.qconvForm(conv);
        if (form.winograd().isPresent()) {
            form.winograd().get().write(code);
            return;
        }
        ConvCode c = new ConvCode(code, conv.x(), conv.y(), conv.residual(), conv.window());
        code.include("qconv.h");
        Split split = c.declareConv(form.tile());
        declareRequantize(code, conv.requantize(), conv.scales());
        boolean widened = code.widens(conv);
        String part = code.openParts(split.units());
        code.line(
                "%s(&%s, %s, %s, %s, %s, %s, %s, %s, &%s);",
                widened ? "sv_conv_u8_widened" : "sv_conv_u8",
                code.named("conv"),
                part,
                c.input(),
                widened ? code.prepared("short") : code.weight(conv.weights(), "signed char", 0),
                code.weight(conv.bias(), "int", 0),
                code.weight(conv.scales(), "float", 0),
                c.output(),
                c.residual(),
                code.named("requantize"));
        code.closeParts();
    }

    /** The statement that lists the step's weights, if it does. */
    static String prepare(StepCode code, Kernel.Conv conv) {
        return code.sparse(conv).map(sparse -> sparse.prepare(code)).orElse("");
    }

    /** The statement that prepares the step's weights, or nothing. */
    static String prepare(StepCode code, Kernel.QConv conv) {
        Optional<SparseConvCode> sparse = code.sparse(conv);
        if (sparse.isPresent()) {
            return sparse.get().prepare(code);
        }
        return code.qconvForm(conv)
                .winograd()
                .map(winograd -> winograd.prepare(code))
                .orElseGet(() -> code.widens(conv)
                        ? "    sv_widen_weights(%d, %s, (short *)(prepared + %d));\n"
                                .formatted(
                                        code.weightBytes(conv.weights()) / WORD_BYTES,
                                        code.weight(conv.weights(), "signed char", 0),
                                        code.preparedOffset())
                        : "");
    }

    static void write(StepCode code, Kernel.DepthwiseConv conv) {
        Buffer x = code.directInput(conv).orElseGet(() -> code.buffer(conv.x()));
        ConvCode c = new ConvCode(code, x, conv.y(), conv.residual(), conv.window());
        code.include("depthwise.h");
        Split split = c.declareDepthwise();
        declareEpilogue(code, conv.epilogue());
        String part = code.openParts(split.units());
        code.line(
                "sv_depthwise_f32(&%s, %s, %s, %s, %s, %s, %s, %s);",
                code.named("depthwise"),
                part,
                c.hasBorder() ? c.input() : code.pointer(x.id(), 0, false),
                code.weight(conv.weights(), "float", 0),
                code.weight(conv.bias(), "float", 0),
                c.output(),
                c.residual(),
                code.named("epilogue"));
        code.closeParts();
    }

    static void write(StepCode code, Kernel.QDepthwiseConv conv) {
        ConvCode c = new ConvCode(code, conv.x(), conv.y(), conv.residual(), conv.window());
        code.include("qdepthwise.h");
        Split split = c.declareDepthwise();
        declareRequantize(code, conv.requantize(), conv.scales());
        String part = code.openParts(split.units());
        code.line(
                "sv_depthwise_u8(&%s, %s, %s, %s, %s, %s, %s, %s, &%s);",
                code.named("depthwise"),
                part,
                c.input(),
                code.weight(conv.weights(), "signed char", 0),
                code.weight(conv.bias(), "int", 0),
                code.weight(conv.scales(), "float", 0),
                c.output(),
                c.residual(),
                code.named("requantize"));
        code.closeParts();
    }

    /** {@code struct sv_requantize} with the kernel's roundings; {@code scales} is the weight that holds the factors. */
    static void declareRequantize(StepCode code, Kernel.Requantize q, int scales) {
        declareRequantize(code, q, largest(code.weightFloats(scales)));
    }

    static void declareRequantize(StepCode code, Kernel.Requantize q, float largestScale) {
        // |acc| is at most 2^31, a rounded value at most 255 steps from its zero point.
        boolean wide = !(largestScale <= 0.5f) || !(255.0 * (q.addScale() + q.residualScale()) < 0x1p30);
        code.declare("""
                static const struct sv_requantize %s = {.zero = %d, .lo = %d, .hi = %d, .add_scale = %s,
                    .r_zero = %d, .r_scale = %s, .add_zero = %d, .add_lo = %d, .add_hi = %d, .wide = %d};
                """.formatted(
                        code.named("requantize"),
                        q.zeroPoint(),
                        q.lo(),
                        q.hi(),
                        CTypes.literal(q.addScale()),
                        q.residualZeroPoint(),
                        CTypes.literal(q.residualScale()),
                        q.addZeroPoint(),
                        q.addLo(),
                        q.addHi(),
                        wide ? 1 : 0));
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            // A NaN stays, and counts as large.
            largest = value <= largest ? largest : value;
        }
        return largest;
    }

    static void declareEpilogue(StepCode code, Expr epilogue) {
        declareEpilogue(code, epilogue, 2);
    }

    /** {@code sv_f32 epilogue_N(sv_f32 x0, ...)} of {@code arity} operands. */
    static void declareEpilogue(StepCode code, Expr epilogue, int arity) {
        if (ExprCode.rounds(epilogue)) {
            code.include("half.h");
        }
        if (ExprCode.usesMath(epilogue)) {
            code.include("math.h");
        }
        code.declare(ExprCode.function(code.named("epilogue"), arity, epilogue));
    }

    private DenseConv dense() {
        return new DenseConv(
                code.target(), x, y, residual.stream().mapToObj(code::buffer).findFirst(), window);
    }

    private Split declareConv(Tile tile) {
        DenseConv dense = dense();
        if (dense.eightBit() && dense.run() % 4 != 0) {
            checkSlack(dense.run());
        }
        PixelAxes axes = dense.axes();
        int vectors = dense.vectors();
        Split split = split(axes, vectors, tile, dense.weightBytes());
        code.tile(tile.text());
        code.declare(("static const struct sv_conv %s = {%s,\n    .vectors = %d, .tile_rows = %d, .tile_cols = %d, "
                        + ".blocks = %d, .pixels_first = %d,\n    .kernel_rows = %d, .segments = %d, .run = %d, "
                        + ".x_kernel_row = %d, .x_segment = %d, .narrow = %d,\n    %s%s};\n")
                .formatted(
                        code.named("conv"),
                        axes.fields(true),
                        vectors,
                        tile.rows(),
                        tile.cols(),
                        tile.blocks(),
                        tile.pixelsFirst() ? 1 : 0,
                        window.kernelH(),
                        dense.segments(),
                        dense.steps(),
                        window.dilationH() * x.rowPitch(),
                        window.dilationW() * x.pixelPitch(),
                        dense.isNarrow(tile) ? 1 : 0,
                        dense.kernelRows().fields(),
                        split.field(code)));
        return split;
    }

    /**
     * Along pixels, so that threads find what they wrote in the layer before, unless every thread had to read so many weights
     * that these take longer.
     */
    private static Split split(PixelAxes axes, int vectors, Tile tile, long weightBytes) {
        List<Split> all = new ArrayList<>(List.of(
                new Split("SV_IMAGES", axes.images().extent()),
                new Split("SV_BANDS", Math.ceilDiv(axes.rows().extent(), tile.rows())),
                new Split("SV_TILES", Math.ceilDiv(axes.cols().extent(), tile.cols()))));
        all.add(
                weightBytes <= WEIGHTS_OF_ALL_THREADS ? all.size() : 0,
                new Split("SV_GROUPS", Math.ceilDiv(vectors, tile.blocks())));
        return Split.nearby(all);
    }

    /** The last run of the last window may be read to the end of its word. */
    private void checkSlack(int run) {
        long lastRow = origin()
                + (long) (y.n() - 1) * x.imagePitch()
                + ((y.h() - 1L) * window.strideH() + (window.kernelH() - 1L) * window.dilationH()) * x.rowPitch();
        long lastRun = lastRow
                + (long) (y.w() - 1) * window.strideW() * x.pixelPitch()
                + (window.dilationW() > 1 ? (long) (window.kernelW() - 1) * window.dilationW() * x.pixelPitch() : 0);
        if (lastRun + (run + 3L) / 4 * 4 > x.bytes()) {
            throw new IllegalStateException(
                    "buffer " + x.name() + " needs slack for the last run of " + run + " bytes");
        }
    }

    private Split declareDepthwise() {
        if (x.pixelPitch() < WeightPacking.roundUp(y.c())) {
            throw new IllegalStateException("depthwise input " + x.name() + " needs whole vectors of channels");
        }
        PixelAxes axes = PixelAxes.of(
                x,
                y,
                residual.isPresent() ? Optional.of(code.buffer(residual.getAsInt())) : Optional.empty(),
                window,
                false);
        KernelRows kernelRows = KernelRows.of(x, y, axes, window);
        int tile = depthwiseTile(axes.cols().extent());
        int tileRows = depthwiseRows(axes.rows().extent());
        int pairs = axes.rows().extent() / tileRows;
        Split split = Split.nearby(List.of(
                new Split("SV_BANDS", pairs + axes.rows().extent() - pairs * tileRows),
                new Split("SV_GROUPS", Math.ceilDiv(vectors(), DEPTHWISE_GROUP))));
        boolean wholeRow = tile == axes.cols().extent() && KernelRows.zeroBorder(x);
        code.tile(tileRows + "x" + tile);
        code.declare(("static const struct sv_depthwise %s = {%s,\n    .vectors = %d, .tile_rows = %d, .tile = %d, "
                        + ".kernel_h = %d, .kernel_w = %d, .stride_h = %d, .stride_w = %d, .dilation_h = %d, "
                        + ".dilation_w = %d,\n    .x_kernel_row = %d, .x_pixel = %d, .x_rows = %d, .pad_top = %d, "
                        + ".x_cols = %d, .pad_left = %d, .x_origin = %d%s};\n")
                .formatted(
                        code.named("depthwise"),
                        axes.fields(false),
                        vectors(),
                        tileRows,
                        tile,
                        window.kernelH(),
                        window.kernelW(),
                        window.strideH(),
                        window.strideW(),
                        window.dilationH(),
                        window.dilationW(),
                        window.dilationH() * x.rowPitch(),
                        x.pixelPitch(),
                        kernelRows.inputRows(),
                        kernelRows.padTop(),
                        wholeRow || !hasBorder() ? x.w() : 0,
                        window.padLeft(),
                        hasBorder() ? 0 : window.padTop() * x.rowPitch() + window.padLeft() * x.pixelPitch(),
                        split.field(code)));
        return split;
    }

    /** Whether the kernel never looks at the border of its input, so that nobody need fill it. */
    static boolean leavesBorderOut(StepCode code, Kernel.DepthwiseConv conv) {
        ConvCode c = new ConvCode(code, conv.x(), conv.y(), conv.residual(), conv.window());
        return c.depthwiseTile(c.y.w()) == c.y.w()
                && c.x.slackBytes() == 0
                && KernelRows.of(c.x, c.y, PixelAxes.of(c.x, c.y, Optional.empty(), c.window, false), c.window)
                                .inputRows()
                        > 0;
    }

    /** Output rows whose windows share words of input bytes; without a dot product sharing does not pay. */
    private int depthwiseRows(int rows) {
        int height = window.kernelH() + window.strideH();
        boolean shared = code.target().dotProduct()
                && x.dtype().bytes() == 1
                && rows > 1
                && window.dilationH() == 1
                && window.strideH() < window.kernelH()
                && 2 * ((height + 3) / 4) * window.kernelW() <= MAX_DEPTHWISE_WORDS;
        return shared ? 2 : 1;
    }

    /** The largest tile that divides the row, if it is not tiny. */
    private int depthwiseTile(int cols) {
        int max = code.target().registers() > 16 ? MAX_DEPTHWISE_TILE : MAX_DEPTHWISE_TILE / 2;
        for (int tile = Math.min(max, cols); tile >= 3; tile--) {
            if (cols % tile == 0) {
                return tile;
            }
        }
        return Math.min(cols, 4);
    }

    private int vectors() {
        int channels = WeightPacking.roundUp(y.c());
        if (y.pixelPitch() < channels
                || residual.isPresent() && code.buffer(residual.getAsInt()).pixelPitch() < channels) {
            throw new IllegalStateException("output " + y.name() + " and its residual need whole vectors of channels");
        }
        return channels / code.target().lanes();
    }

    /** Whether the border of zeros that the window looks at is there. */
    private boolean hasBorder() {
        return x.channelsLast().top() >= window.padTop() && x.channelsLast().left() >= window.padLeft();
    }

    private int origin() {
        return origin(x, window);
    }

    /** The element where the first window begins. */
    static int origin(Buffer x, Kernel.Window window) {
        int origin = x.origin() - window.padTop() * x.rowPitch() - window.padLeft() * x.pixelPitch();
        if (x.channelsLast().top() < window.padTop() || x.channelsLast().left() < window.padLeft()) {
            throw new IllegalStateException("buffer " + x.name() + " has a smaller border than its convolution pads");
        }
        return origin;
    }

    private String input() {
        return code.pointer(x.id(), origin(), false);
    }

    private String output() {
        return code.pointer(y.id(), y.origin(), true);
    }

    private String residual() {
        return residual(code, residual);
    }

    static String residual(StepCode code, OptionalInt residual) {
        return residual.isPresent()
                ? code.pointer(
                        residual.getAsInt(), code.buffer(residual.getAsInt()).origin(), false)
                : "0";
    }
}
