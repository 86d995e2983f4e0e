package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.List;

/** Element-wise, copying, softmax, matrix and reduction kernels: loop nests over strided operands. */
final class StridedEmitter {
    private static final int WORTH_A_BLOCK_COPY = 16;

    private final Memory memory;
    private final Target target;

    StridedEmitter(Memory memory, Target target) {
        this.memory = memory;
        this.target = target;
    }

    CEmitter.StepText map(String prefix, Kernel.Map k) {
        List<Kernel.Strided> operands = new ArrayList<>(k.inputs());
        operands.add(k.output());
        LoopNest nest = new LoopNest(k.extents(), operands, target.lanes()).sorted();
        StringBuilder parameters = new StringBuilder();
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < k.inputs().size(); i++) {
            parameters.append(i == 0 ? "" : ", ").append("sv_f32 v").append(i);
            body.append("  const ").append(type(k.inputs().get(i))).append(" *x").append(i).append(" = ");
            body.append(memory.pointer(k.inputs().get(i), "float", false)).append(";\n");
        }
        String function = "SV_INLINE sv_f32 " + prefix + "_expr(" + (parameters.isEmpty() ? "void" : parameters)
                + ") {\n  return " + CExpr.of(k.expr()) + ";\n}\n";
        DType out = memory.buffer(k.output().buffer()).dtype();
        body.append("  ").append(Memory.cType(out)).append(" *y = ").append(memory.pointer(k.output(), "", true)).append(";\n");
        body.append(nest.open()).append("  {\n");
        int whole = nest.innerExtent() / target.lanes() * target.lanes();
        if (whole > 0) {
            body.append("    for (int i = 0; i < ").append(whole).append("; i += SV_LANES)\n      ");
            body.append(mapOnce(prefix, k, nest, out, "i", "SV_LANES")).append(";\n");
        }
        if (whole < nest.innerExtent()) {
            body.append("    ").append(mapOnce(prefix, k, nest, out, Integer.toString(whole), Integer.toString(nest.innerExtent() - whole)));
            body.append(";\n");
        }
        return new CEmitter.StepText(function, body.append("  }\n").toString());
    }

    private String mapOnce(String prefix, Kernel.Map k, LoopNest nest, DType out, String at, String count) {
        StringBuilder call = new StringBuilder(prefix + "_expr(");
        for (int i = 0; i < k.inputs().size(); i++) {
            Kernel.Strided input = k.inputs().get(i);
            DType dtype = input.weight() ? DType.FLOAT32 : memory.buffer(input.buffer()).dtype();
            call.append(i == 0 ? "" : ", ").append("sv_get_").append(Memory.suffix(dtype)).append("(x").append(i);
            call.append(nest.offset(i)).append(step(at, nest.innerStride(i))).append(", ").append(nest.innerStride(i));
            call.append(", ").append(count).append(')');
        }
        int output = k.inputs().size();
        return "sv_put_" + Memory.suffix(out) + "(y" + nest.offset(output) + step(at, nest.innerStride(output)) + ", "
                + nest.innerStride(output) + ", " + count + ", " + call + "))";
    }

    private static String step(String at, long stride) {
        return stride == 0 || at.equals("0") ? "" : " + " + at + (stride == 1 ? "" : " * " + stride);
    }

    private String type(Kernel.Strided operand) {
        return operand.weight() ? "float" : memory.type(operand.buffer());
    }

    CEmitter.StepText copy(Kernel.Copy k) {
        LoopNest nest = new LoopNest(k.extents(), List.of(k.input(), k.output()), target.lanes()).sorted();
        String type = switch (k.elementBytes()) {
            case 1 -> "sv_byte";
            case 2 -> "unsigned short";
            case 4 -> "unsigned int";
            default -> "unsigned long";
        };
        String x = "(const " + type + " *)(" + memory.pointer(k.input(), type, false) + ")" + nest.offset(0);
        String y = "(" + type + " *)(" + memory.pointer(k.output(), "", true) + ")" + nest.offset(1);
        boolean block = nest.innerStride(0) == 1
                && nest.innerStride(1) == 1
                && k.xor() == 0
                && nest.innerExtent() >= WORTH_A_BLOCK_COPY;
        String call = block
                ? "sv_copy((sv_byte *)(" + y + "), (const sv_byte *)(" + x + "), " + (long) nest.innerExtent() * k.elementBytes()
                        + ")"
                : "sv_copy_" + k.elementBytes() + "(" + x + ", " + y + ", " + nest.innerExtent() + ", " + nest.innerStride(0)
                        + ", " + nest.innerStride(1) + ", " + k.xor() + ")";
        return new CEmitter.StepText("", nest.open() + "    " + call + ";\n");
    }

    CEmitter.StepText lut(Kernel.Lut k) {
        LoopNest nest = new LoopNest(k.extents(), List.of(k.input(), k.output()), 1).sorted();
        return new CEmitter.StepText(
                "",
                nest.open() + "    sv_lut(" + memory.weight("sv_byte", k.table(), 0) + ", "
                        + memory.pointer(k.input(), "sv_byte", false) + nest.offset(0) + ", "
                        + memory.pointer(k.output(), "", true) + nest.offset(1) + ", " + nest.innerExtent() + ", "
                        + nest.innerStride(0) + ", " + nest.innerStride(1) + ");\n");
    }

    CEmitter.StepText softmax(Kernel.Softmax k) {
        return new CEmitter.StepText(
                "",
                "  sv_softmax(" + memory.pointer(k.x(), 0, false) + ", " + memory.pointer(k.y(), 0, true) + ", " + k.outer() + ", "
                        + k.length() + ", " + k.inner() + ", " + (k.log() ? 1 : 0) + ");\n");
    }

    CEmitter.StepText matMul(Kernel.MatMul k) {
        return new CEmitter.StepText(
                "",
                "  const sv_matmul_shape g = {.batch = " + k.batch() + ", .m = " + k.m() + ", .k = " + k.k() + ", .n = " + k.n()
                        + strides("a", k.a()) + strides("b", k.b()) + strides("y", k.y()) + "};\n  sv_matmul("
                        + memory.pointer(k.a(), "float", false) + ", " + memory.pointer(k.b(), "float", false) + ", "
                        + memory.pointer(k.y(), "float", true) + ", g, " + CExpr.literal(k.alpha()) + ");\n");
    }

    private static String strides(String name, Kernel.Strided operand) {
        List<Integer> s = operand.strides();
        return ",\n    ." + name + "_batch = " + s.get(0) + ", ." + name + "_row = " + s.get(1) + ", ." + name + "_col = " + s.get(2);
    }

    CEmitter.StepText reduce(Kernel.Reduce k) {
        String kind = switch (k.kind()) {
            case SUM -> "SV_SUM";
            case MEAN -> "SV_MEAN";
            case MAX -> "SV_MAXIMUM";
            case MIN -> "SV_MINIMUM";
            case PROD -> "SV_PRODUCT";
            case SUM_SQUARE -> "SV_SUM_SQUARE";
        };
        StringBuilder body = new StringBuilder("  const float *x = " + memory.pointer(k.input(), "float", false) + ";\n  float *y = "
                + memory.pointer(k.output(), "", true) + ";\n");
        StringBuilder from = new StringBuilder();
        StringBuilder to = new StringBuilder();
        for (int axis = 0; axis < k.extents().size(); axis++) {
            body.append(loop("i" + axis, k.extents().get(axis)));
            from.append(" + i").append(axis).append(" * ").append(k.input().strides().get(axis));
            to.append(" + i").append(axis).append(" * ").append(k.output().strides().get(axis));
        }
        body.append("  {\n    float acc = sv_fold_start(").append(kind).append(");\n");
        long count = 1;
        for (int axis = 0; axis < k.reduced().size(); axis++) {
            body.append("  ").append(loop("r" + axis, k.reduced().get(axis)));
            from.append(" + r").append(axis).append(" * ").append(k.reducedStrides().get(axis));
            count *= k.reduced().get(axis);
        }
        body.append("      acc = sv_fold(").append(kind).append(", acc, *(x").append(from).append("));\n");
        String result = k.kind() == Kernel.Reduce.Kind.MEAN ? "acc / " + count + ".0f" : "acc";
        return new CEmitter.StepText("", body.append("    *(y").append(to).append(") = ").append(result).append(";\n  }\n").toString());
    }

    private static String loop(String variable, int extent) {
        return "  for (int " + variable + " = 0; " + variable + " < " + extent + "; " + variable + "++)\n";
    }
}
