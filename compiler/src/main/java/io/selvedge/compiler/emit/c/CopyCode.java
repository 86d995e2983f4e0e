package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Bitwise copies and table look-ups. */
final class CopyCode {
    private static final int CACHE_LINE = 64;

    private CopyCode() {}

    static void write(StepCode code, Kernel.Copy copy) {
        LoopNest nest = LoopNest.of(
                copy.extents(), List.of(copy.input().strides(), copy.output().strides()));
        int size = copy.elementBytes();
        code.include("copy.h");
        String type = elementType(size);
        String from = copy.input().weight()
                ? code.weight(
                        copy.input().buffer(),
                        "unsigned char",
                        (long) copy.input().offset() * size)
                : code.bytes(copy.input().buffer(), copy.input().offset(), size, false);
        String to = code.bytes(copy.output().buffer(), copy.output().offset(), size, true);
        Optional<Triples> triples = size == Float.BYTES && copy.xor() == 0
                ? Triples.of(nest, code.target().lanes())
                : Optional.empty();
        if (triples.isPresent()) {
            triples.get()
                    .write(
                            code,
                            () -> {
                                code.line("const float *x0 = (const float *)(%s);", from);
                                code.line("float *y = (float *)(%s);", to);
                            },
                            (target, planes) -> "sv_store_triples(" + target + ", sv_load("
                                    + String.join("), sv_load(", planes) + "));");
            return;
        }
        LoopNest.Axis run = nest.innermost();
        if (run.strides().equals(List.of(1, 1))) {
            LoopNest runs = code.divided(nest, CACHE_LINE);
            StridedCode.openParts(code, runs.outer(), () -> {
                code.line("const unsigned char *x = %s;", from);
                code.line("unsigned char *y = %s;", to);
            });
            code.line(
                    "sv_copy(%s, %s, %d, %d);",
                    scaled("y", runs.outer(), 1, size),
                    scaled("x", runs.outer(), 0, size),
                    (long) runs.innermost().extent() * size,
                    copy.xor());
            StridedCode.closeParts(code, runs.outer());
            return;
        }
        LoopNest ordered = longestInner(nest);
        StridedCode.openParts(code, ordered.axes(), () -> {
            code.line("const %s *restrict x = (const %s *)(%s);", type, type, from);
            code.line("%s *restrict y = (%s *)(%s);", type, type, to);
        });
        code.line(
                "y[%s] = x[%s]%s;",
                subscript(ordered, 1),
                subscript(ordered, 0),
                copy.xor() == 0 ? "" : String.format(Locale.ROOT, " ^ 0x%02x", copy.xor()));
        StridedCode.closeParts(code, ordered.axes());
    }

    static void write(StepCode code, Kernel.Lut lut) {
        LoopNest nest = wholePixels(
                LoopNest.of(
                        lut.extents(),
                        List.of(lut.input().strides(), lut.output().strides())),
                wholePitch(code.buffer(lut.input().buffer()), lut.input().offset()),
                wholePitch(code.buffer(lut.output().buffer()), lut.output().offset()));
        String table = code.weight(lut.table(), "unsigned char", 0);
        Runnable operands = () -> {
            StridedCode.declare(code, "x", lut.input(), false);
            StridedCode.declare(code, "y", lut.output(), true);
        };
        if (nest.innermost().strides().equals(List.of(1, 1))) {
            code.include("lut.h");
            LoopNest runs = code.divided(nest, CACHE_LINE);
            StridedCode.openParts(code, runs.outer(), operands);
            code.line(
                    "sv_lut(%s, %s, %d, %s);",
                    scaled("y", runs.outer(), 1, 1),
                    scaled("x", runs.outer(), 0, 1),
                    runs.innermost().extent(),
                    table);
            StridedCode.closeParts(code, runs.outer());
            return;
        }
        LoopNest ordered = longestInner(nest);
        StridedCode.openParts(code, ordered.axes(), () -> {
            operands.run();
            code.line("const unsigned char *table = %s;", table);
        });
        code.line("y[%s] = table[x[%s]];", subscript(ordered, 1), subscript(ordered, 0));
        StridedCode.closeParts(code, ordered.axes());
    }

    /**
     * The nest with the unused channels behind a pixel's last one included, where both sides have them: what they hold means
     * nothing in 8 bits, and pixels become one long run.
     */
    private static LoopNest wholePixels(LoopNest nest, int xPitch, int yPitch) {
        if (xPitch != yPitch || yPitch == 0 || nest.axes().size() < 2) {
            return nest;
        }
        LoopNest.Axis channels = nest.innermost();
        List<Integer> pixels = nest.axes().get(nest.axes().size() - 2).strides();
        if (!channels.strides().equals(List.of(1, 1)) || !pixels.equals(List.of(yPitch, yPitch))) {
            return nest;
        }
        List<LoopNest.Axis> axes = new ArrayList<>(nest.outer());
        axes.add(new LoopNest.Axis(yPitch, channels.strides()));
        return LoopNest.merged(axes, 2);
    }

    /** Channels from pixel to pixel where the operand begins with a buffer's first channel, else 0. */
    private static int wholePitch(Buffer buffer, int offset) {
        return buffer.layout() instanceof Layout.ChannelsLast layout && offset == buffer.origin()
                ? layout.channelPitch()
                : 0;
    }

    /** A short innermost loop costs more than strided memory in the first cache does. */
    private static LoopNest longestInner(LoopNest nest) {
        int best = nest.axes().size() - 1;
        if (nest.innermost().extent() < 8) {
            for (int i = 0; i < nest.axes().size(); i++) {
                if (nest.axes().get(i).extent() > nest.axes().get(best).extent()) {
                    best = i;
                }
            }
        }
        return nest.inner(best);
    }

    private static String subscript(LoopNest nest, int operand) {
        String sum = StridedCode.element("", nest.axes(), 0, operand);
        return sum.isEmpty() ? "0" : sum.startsWith(" + ") ? sum.substring(3) : sum.strip();
    }

    private static String scaled(String base, List<LoopNest.Axis> axes, int operand, int size) {
        StringBuilder sum = new StringBuilder(base);
        for (int i = 0; i < axes.size(); i++) {
            StridedCode.add(
                    sum,
                    StridedCode.index(i),
                    Math.multiplyExact(axes.get(i).strides().get(operand), size));
        }
        return sum.toString();
    }

    private static String elementType(int bytes) {
        return switch (bytes) {
            case 1 -> "unsigned char";
            case 2 -> "sv_word2_unaligned";
            case 4 -> "sv_word4_unaligned";
            case 8 -> "sv_word8_unaligned";
            default -> throw new IllegalStateException("no copy of elements of " + bytes + " bytes");
        };
    }
}
