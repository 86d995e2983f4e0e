package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.WeightPacking;
import io.selvedge.compiler.target.Target;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Convolutions and pooling: geometry as a constant struct, one call of a kernel. */
final class ConvEmitter {
    private static final int MOST_DEPTHWISE_TILE = 8;
    private static final int CACHED_WEIGHT_BYTES = 200 * 1024;

    private final Program program;
    private final Memory memory;
    private final Target target;

    ConvEmitter(Program program, Memory memory, Target target) {
        this.program = program;
        this.memory = memory;
        this.target = target;
    }

    CEmitter.StepText conv(String prefix, Kernel.Conv k) {
        String geometry = geometry(k.x(), k.y(), k.residual(), k.window(), k.weights(), false);
        String call = "  sv_conv2d_f32(" + input(k.x(), k.window()) + ", " + memory.weight("float", k.weights(), 0) + ", "
                + memory.weight("float", k.bias(), 0) + ", " + residual(k.residual()) + ", " + output(k.y()) + ", g, " + prefix
                + "_epilogue);\n";
        return new CEmitter.StepText(epilogue(prefix, k.epilogue()), geometry + call);
    }

    CEmitter.StepText qconv(Kernel.QConv k) {
        String geometry = geometry(k.x(), k.y(), k.residual(), k.window(), k.weights(), true);
        String call = "  sv_qconv2d(" + input(k.x(), k.window()) + ", " + memory.weight("sv_s8", k.weights(), 0) + ", "
                + memory.weight("int", k.bias(), 0) + ", " + memory.weight("float", k.scales(), 0) + ", " + residual(k.residual())
                + ", " + output(k.y()) + ", g, q);\n";
        return new CEmitter.StepText("", geometry + requantize(k.requantize(), k.residual()) + call);
    }

    CEmitter.StepText depthwise(String prefix, Kernel.DepthwiseConv k) {
        String call = "  sv_dwconv2d_f32(" + input(k.x(), k.window()) + ", " + memory.weight("float", k.weights(), 0) + ", "
                + memory.weight("float", k.bias(), 0) + ", " + residual(k.residual()) + ", " + output(k.y()) + ", g, " + prefix
                + "_epilogue);\n";
        return new CEmitter.StepText(
                epilogue(prefix, k.epilogue()), depthwiseGeometry(k.x(), k.y(), k.residual(), k.window()) + call);
    }

    CEmitter.StepText qdepthwise(Kernel.QDepthwiseConv k) {
        String call = "  sv_qdwconv2d(" + input(k.x(), k.window()) + ", " + memory.weight("sv_s8", k.weights(), 0) + ", "
                + memory.weight("int", k.bias(), 0) + ", " + memory.weight("float", k.scales(), 0) + ", " + residual(k.residual())
                + ", " + output(k.y()) + ", g, q);\n";
        return new CEmitter.StepText(
                "",
                depthwiseGeometry(k.x(), k.y(), k.residual(), k.window()) + requantize(k.requantize(), k.residual()) + call);
    }

    CEmitter.StepText pool(Kernel.Pool k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        Kernel.Window w = k.window();
        String geometry = "  const sv_pool g = {.images = " + x.n() + ", .height = " + x.h() + ", .width = " + x.w()
                + ", .out_height = " + y.h() + ", .out_width = " + y.w() + ", .channels = " + WeightPacking.roundUp(x.c())
                + ",\n    .kernel_h = " + w.kernelH() + ", .kernel_w = " + w.kernelW() + ", .stride_h = " + w.strideH()
                + ", .stride_w = " + w.strideW() + ", .dilation_h = " + w.dilationH() + ", .dilation_w = " + w.dilationW()
                + ",\n    .pad_top = " + w.padTop() + ", .pad_left = " + w.padLeft() + ", .pad_bottom = " + k.padBottom()
                + ", .pad_right = " + k.padRight() + ", .x_pixel = " + x.pixelPitch() + ", .x_row = " + x.rowPitch()
                + ", .x_image = " + x.imagePitch() + ",\n    .y_pixel = " + y.pixelPitch() + ", .y_row = " + y.rowPitch()
                + ", .y_image = " + y.imagePitch() + ", .average = " + (k.kind() == Kernel.Pool.Kind.AVERAGE ? 1 : 0)
                + ", .count_pad = " + (k.countIncludePad() ? 1 : 0) + "};\n";
        String arguments = memory.pointer(k.x(), x.origin(), false) + ", " + output(k.y()) + ", g";
        String call = x.dtype() == DType.FLOAT32
                ? "  sv_pool_f32(" + arguments + ");\n"
                : "  sv_pool_u8(" + arguments + ", " + CExpr.literal(k.scale()) + ", " + k.zeroPointX() + ", " + k.zeroPointY()
                        + ", " + k.lo() + ", " + k.hi() + ");\n";
        return new CEmitter.StepText("", geometry + call);
    }

    private static String epilogue(String prefix, Expr epilogue) {
        return "SV_INLINE sv_f32 " + prefix + "_epilogue(sv_f32 v0, sv_f32 v1) {\n  (void)v1;\n  return "
                + CExpr.of(epilogue) + ";\n}\n";
    }

    /** The first tap of the first output pixel: it may lie in the border. */
    private String input(int x, Kernel.Window window) {
        Buffer buffer = program.buffer(x);
        long element = buffer.origin()
                - (long) window.padTop() * buffer.rowPitch()
                - (long) window.padLeft() * buffer.pixelPitch();
        return memory.pointer(x, element, false);
    }

    private String output(int y) {
        return memory.pointer(y, program.buffer(y).origin(), true);
    }

    private String residual(OptionalInt residual) {
        return residual.isEmpty()
                ? "0"
                : memory.pointer(residual.getAsInt(), program.buffer(residual.getAsInt()).origin(), false);
    }

    private String geometry(int xId, int yId, OptionalInt residual, Kernel.Window w, int weights, boolean quantized) {
        Buffer x = program.buffer(xId);
        Buffer y = program.buffer(yId);
        Buffer r = residual.isPresent() ? program.buffer(residual.getAsInt()) : y;
        boolean flat = w.kernelH() * w.kernelW() == 1
                && w.strideH() * w.strideW() == 1
                && borderless(x)
                && borderless(y)
                && borderless(r);
        int height = flat ? 1 : y.h();
        int width = flat ? y.n() * y.h() * y.w() : y.w();
        boolean tapRuns = w.kernelW() > 1 && w.dilationW() > 1;
        int run = w.kernelW() == 1 || tapRuns ? x.c() : w.kernelW() * x.pixelPitch();
        int taps = tapRuns ? w.kernelW() : 1;
        int words = quantized ? (run + 3) / 4 : run;
        int filters = WeightPacking.roundUp(y.c());
        TileChooser.Tile tile = TileChooser.choose(
                width,
                height,
                filters / target.lanes(),
                target.lanes(),
                (long) w.kernelH() * taps * words,
                quantized ? target.quantizedAccumulators() : target.accumulators(),
                quantized);
        int weightBytes = program.weights().get(weights).bytes().length;
        boolean channelsOuter = weightBytes >= Math.min(x.bytes(), CACHED_WEIGHT_BYTES);
        return "  const sv_conv g = {.images = " + (flat ? 1 : y.n()) + ", .height = " + height + ", .width = " + width
                + ", .rows = " + w.kernelH() + ", .taps = " + taps + ", .run = " + words + ", .filters = " + filters
                + ",\n    .row_step = " + w.dilationH() * x.rowPitch() + ", .tap_step = " + w.dilationW() * x.pixelPitch()
                + ", .x_pixel = " + w.strideW() * x.pixelPitch() + ", .x_row = " + w.strideH() * x.rowPitch()
                + ", .x_image = " + x.imagePitch() + ",\n    .y_pixel = " + y.pixelPitch() + ", .y_row = " + y.rowPitch()
                + ", .y_image = " + y.imagePitch() + ", .r_pixel = " + r.pixelPitch() + ", .r_row = " + r.rowPitch()
                + ", .r_image = " + r.imagePitch() + ",\n    .tile = " + tile.tile() + ", .tile_rows = " + tile.rows()
                + ", .blocks = " + tile.blocks() + ", .channels_outer = " + (channelsOuter ? 1 : 0) + "};\n";
    }

    private static boolean borderless(Buffer buffer) {
        Layout.ChannelsLast layout = buffer.channelsLast();
        return (layout.top() | layout.left() | layout.bottom() | layout.right()) == 0;
    }

    private String depthwiseGeometry(int xId, int yId, OptionalInt residual, Kernel.Window w) {
        Buffer x = program.buffer(xId);
        Buffer y = program.buffer(yId);
        Buffer r = residual.isPresent() ? program.buffer(residual.getAsInt()) : y;
        return "  const sv_dwconv g = {.images = " + y.n() + ", .height = " + y.h() + ", .width = " + y.w()
                + ", .channels = " + WeightPacking.roundUp(y.c()) + ", .kernel_h = " + w.kernelH() + ", .kernel_w = "
                + w.kernelW() + ", .stride_w = " + w.strideW() + ", .dilation_w = " + w.dilationW() + ",\n    .tap_row = "
                + w.dilationH() * x.rowPitch() + ", .x_channels = " + x.pixelPitch() + ", .x_row = "
                + w.strideH() * x.rowPitch() + ", .x_image = " + x.imagePitch() + ",\n    .y_pixel = " + y.pixelPitch()
                + ", .y_row = " + y.rowPitch() + ", .y_image = " + y.imagePitch() + ", .r_pixel = " + r.pixelPitch()
                + ", .r_row = " + r.rowPitch() + ", .r_image = " + r.imagePitch() + ", .tile = "
                + depthwiseTile(y.w()) + "};\n";
    }

    private static int depthwiseTile(int width) {
        for (int tile = Math.min(width, MOST_DEPTHWISE_TILE); tile >= 4; tile--) {
            if (width % tile == 0) {
                return tile;
            }
        }
        return Math.min(width, MOST_DEPTHWISE_TILE);
    }

    private static String requantize(Kernel.Requantize q, OptionalInt residual) {
        return "  const sv_requant q = {.zero = " + q.zeroPoint() + ", .lo = " + q.lo() + ", .hi = " + q.hi() + ", .add = "
                + (residual.isPresent() ? 1 : 0)
                + (residual.isEmpty()
                        ? ""
                        : ", .add_scale = " + CExpr.literal(q.addScale()) + ", .residual_scale = "
                                + CExpr.literal(q.residualScale())
                                + List.of(".residual_zero", ".add_zero", ".add_lo", ".add_hi").stream()
                                        .map(name -> ", " + name + " = " + value(q, name))
                                        .collect(Collectors.joining()))
                + "};\n";
    }

    private static int value(Kernel.Requantize q, String name) {
        return switch (name) {
            case ".residual_zero" -> q.residualZeroPoint();
            case ".add_zero" -> q.addZeroPoint();
            case ".add_lo" -> q.addLo();
            default -> q.addHi();
        };
    }
}
