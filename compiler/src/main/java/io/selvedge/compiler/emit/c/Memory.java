package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.PlannedProgram;
import java.util.List;

/** Pointers into arena, weights and io table as C, and the fill of borders, tails and slack. */
final class Memory {
    private final PlannedProgram planned;

    Memory(PlannedProgram planned) {
        this.planned = planned;
    }

    Buffer buffer(int id) {
        return planned.program().buffer(id);
    }

    /** C type of a buffer's elements. */
    String type(int id) {
        return cType(buffer(id).dtype());
    }

    static String cType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "float";
            case UINT8, INT8, BOOL -> "sv_byte";
            case INT32, UINT32 -> "int";
            case INT64, UINT64 -> "long";
            case INT16, UINT16, FLOAT16, BFLOAT16 -> "unsigned short";
            case FLOAT64 -> "double";
        };
    }

    /** Suffix of sv_get_ and sv_put_. */
    static String suffix(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "f32";
            case UINT8, INT8, BOOL -> "u8";
            case INT32, UINT32 -> "s32";
            case INT64, UINT64 -> "s64";
            case INT16, UINT16, FLOAT16, BFLOAT16, FLOAT64 ->
                throw new io.selvedge.compiler.diag.SelvedgeException(
                        io.selvedge.compiler.diag.ErrorCode.UNSUPPORTED_DTYPE,
                        "element-wise kernels compute on float32, 8-bit, int32 and int64 values; the model has " + dtype.text()
                                + "; convert it to float32");
        };
    }

    /** Address of an element of a buffer, e.g. {@code (float *)(arena + 640) + 12}. */
    String pointer(int id, long element, boolean write) {
        Buffer buffer = buffer(id);
        String base = buffer.place() == Buffer.Place.ARENA
                ? "(arena + " + planned.offsets().get(id) + ")"
                : "io[" + buffer.ioIndex() + "]";
        return pointer(write ? type(id) : "const " + type(id), base, element);
    }

    String weight(String type, int id, long element) {
        return pointer("const " + type, "(weights + " + planned.weightOffsets().get(id) + ")", element);
    }

    private static String pointer(String type, String base, long element) {
        return "(" + type + " *)" + base + (element == 0 ? "" : element > 0 ? " + " + element : " - " + -element);
    }

    /** The operand's first element; weights of strided kernels are f32 unless a type is given. */
    String pointer(Kernel.Strided operand, String weightType, boolean write) {
        return operand.weight()
                ? weight(weightType, operand.buffer(), operand.offset())
                : pointer(operand.buffer(), operand.offset(), write);
    }

    /** C that fills what the kernel of this step will not write but readers will see; empty unless it is the first writer. */
    String prepare(int step, Kernel kernel) {
        int id = kernel.writes();
        Buffer buffer = buffer(id);
        boolean first = planned.program().steps().subList(0, step).stream().noneMatch(s -> s.kernel().writes() == id);
        if (!first || buffer.place() != Buffer.Place.ARENA || inPlace(kernel, id)) {
            return "";
        }
        int size = buffer.dtype().bytes();
        String start = "arena + " + planned.offsets().get(id);
        if (!(buffer.layout() instanceof Layout.ChannelsLast layout)) {
            return buffer.slackBytes() == 0
                    ? ""
                    : "  sv_fill(" + start + " + " + (buffer.bytes() - buffer.slackBytes()) + ", 0, " + buffer.slackBytes() + ");\n";
        }
        boolean tail = layout.channelPitch() > buffer.c() && !writesVectors(kernel);
        boolean border = (layout.top() | layout.left() | layout.bottom() | layout.right()) != 0;
        if (tail) {
            return "  sv_fill(" + start + ", " + buffer.padValue() + ", " + (buffer.bytes() - buffer.slackBytes()) + ");\n"
                    + (buffer.slackBytes() > 0
                            ? "  sv_fill(" + start + " + " + (buffer.bytes() - buffer.slackBytes()) + ", 0, " + buffer.slackBytes() + ");\n"
                            : "");
        }
        if (!border && buffer.slackBytes() == 0) {
            return "";
        }
        int pixel = layout.channelPitch() * size;
        List<Integer> sizes = List.of(
                buffer.padValue(),
                buffer.n(),
                buffer.h(),
                buffer.w() * pixel,
                layout.top(),
                layout.bottom(),
                layout.left() * pixel,
                layout.right() * pixel,
                buffer.slackBytes());
        return "  sv_border(" + start + sizes.stream().map(s -> ", " + s).reduce("", String::concat) + ");\n";
    }

    private boolean inPlace(Kernel kernel, int written) {
        return kernel.reads().stream()
                .anyMatch(read -> buffer(read).place() == Buffer.Place.ARENA
                        && planned.offsets().get(read).equals(planned.offsets().get(written)));
    }

    private static boolean writesVectors(Kernel kernel) {
        return switch (kernel) {
            case Kernel.Conv _, Kernel.DepthwiseConv _, Kernel.QConv _, Kernel.QDepthwiseConv _, Kernel.Pool _ -> true;
            case Kernel.Map _, Kernel.Copy _, Kernel.Lut _, Kernel.Softmax _, Kernel.MatMul _, Kernel.Reduce _ -> false;
        };
    }
}
