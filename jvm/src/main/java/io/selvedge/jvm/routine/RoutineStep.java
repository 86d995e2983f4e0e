package io.selvedge.jvm.routine;

import io.selvedge.jvm.kernel.Memory;
import io.selvedge.jvm.kernel.Step;
import io.selvedge.jvm.kernel.Weights;
import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.ArrayList;
import java.util.List;

/** One call of a routine. A weight has no type of its own, so that a routine asks for the one that it needs. */
final class RoutineStep implements Step {
    private final Routine routine;
    private final int[] buffers;
    private final Object[] constants;
    private final int[] places;
    private final Element[] elements;
    private final long[] wholes;
    private final float[] reals;
    private final long[][] lists;

    private RoutineStep(Routine routine, int operands, int constants) {
        this.routine = routine;
        buffers = new int[operands];
        this.constants = new Object[operands];
        places = new int[operands];
        elements = new Element[operands];
        wholes = new long[constants];
        reals = new float[constants];
        lists = new long[constants][];
    }

    static RoutineStep of(Program program, Weights weights, Kernel.Routine kernel, Routine routine) {
        List<Kernel.Operand> operands = new ArrayList<>(kernel.inputs());
        operands.add(new Kernel.Operand(kernel.y(), false, 0));
        if (kernel.scratch() >= 0) {
            operands.add(new Kernel.Operand(kernel.scratch(), false, 0));
        }
        RoutineStep step =
                new RoutineStep(routine, operands.size(), kernel.constants().size());
        for (int i = 0; i < operands.size(); i++) {
            Kernel.Operand operand = operands.get(i);
            step.buffers[i] = operand.weight() ? -1 : operand.buffer();
            if (operand.weight()) {
                step.constants[i] = weights.bytes(operand.buffer())
                        .position(Math.toIntExact(operand.byteOffset()))
                        .slice();
            } else {
                Buffer buffer = program.buffer(operand.buffer());
                step.elements[i] = buffer.element();
                step.places[i] = buffer.base()
                        + Math.toIntExact(
                                operand.byteOffset() / buffer.element().width());
            }
        }
        for (int i = 0; i < step.wholes.length; i++) {
            Kernel.Constant constant = kernel.constants().get(i);
            step.reals[i] = constant.real();
            step.lists[i] =
                    constant.wholes().stream().mapToLong(Long::longValue).toArray();
            step.wholes[i] = constant.single() && step.lists[i].length == 1 ? step.lists[i][0] : 0;
        }
        return step;
    }

    @Override
    public int run(Memory memory) {
        Object[] arrays = new Object[buffers.length];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = buffers[i] < 0 ? constants[i] : memory.array(buffers[i]);
        }
        int status = routine.run(new Call(arrays, places, elements, wholes, reals, lists));
        for (int i = 0; i < arrays.length; i++) {
            // Weights stay as the routine asked for them.
            constants[i] = buffers[i] < 0 ? arrays[i] : null;
        }
        return status;
    }
}
