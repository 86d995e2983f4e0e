package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import java.util.List;

/** What kernels over strided operands share: pointers, loops and index sums. */
final class StridedCode {
    private static final List<String> INDICES = List.of("i", "j", "k", "l", "m", "n", "o", "p");

    private StridedCode() {}

    static DType dtype(StepCode code, Kernel.Strided operand) {
        return operand.weight() ? DType.FLOAT32 : code.buffer(operand.buffer()).dtype();
    }

    /** {@code const float *x0 = ...;} */
    static void declare(StepCode code, String name, Kernel.Strided operand, boolean written) {
        declare(code, name, operand, written, dtype(code, operand));
    }

    /** The same where a weight is of another type than f32. */
    static void declare(StepCode code, String name, Kernel.Strided operand, boolean written, DType dtype) {
        String pointer = operand.weight()
                ? code.weight(operand.buffer(), CTypes.of(dtype), (long) operand.offset() * dtype.bytes())
                : code.pointer(operand.buffer(), operand.offset(), written);
        code.line("%s%s *%s = %s;", written ? "" : "const ", CTypes.of(dtype), name, pointer);
    }

    /** Opens a loop per axis, named from {@code first} on. */
    static void open(StepCode code, List<LoopNest.Axis> axes, int first) {
        for (int i = 0; i < axes.size(); i++) {
            String index = INDICES.get(first + i);
            code.open(
                    "for (long %s = 0; %s < %d; %s++)",
                    index, index, axes.get(i).extent(), index);
        }
    }

    /** The same, the outermost axis shared by threads if that pays; what is declared before is declared in {@code first}. */
    static void openParts(StepCode code, List<LoopNest.Axis> axes, Runnable first) {
        if (axes.isEmpty() || !code.shares(axes.getFirst().extent())) {
            first.run();
            open(code, axes, 0);
            return;
        }
        String part = code.openParts(axes.getFirst().extent());
        first.run();
        String index = INDICES.getFirst();
        code.open("for (long %s = %s.first; %s < %s.end; %s++)", index, part, index, part, index);
        open(code, axes.subList(1, axes.size()), 1);
    }

    /** Closes what {@link #openParts} opened. */
    static void closeParts(StepCode code, List<LoopNest.Axis> axes) {
        close(code, axes);
        code.closeParts();
    }

    static void close(StepCode code, List<LoopNest.Axis> axes) {
        axes.forEach(axis -> code.close());
    }

    static String index(int number) {
        return INDICES.get(number);
    }

    /** {@code base + i * 64 + j * 4} with the strides of one operand. */
    static String element(String base, List<LoopNest.Axis> axes, int first, int operand) {
        StringBuilder sum = new StringBuilder(base);
        for (int i = 0; i < axes.size(); i++) {
            add(sum, INDICES.get(first + i), axes.get(i).strides().get(operand));
        }
        return sum.toString();
    }

    static void add(StringBuilder sum, String index, int stride) {
        if (stride != 0) {
            sum.append(stride > 0 ? " + " : " - ").append(index);
            if (Math.abs(stride) != 1) {
                sum.append(" * ").append(Math.abs(stride));
            }
        }
    }
}
