package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.ArrayList;
import java.util.List;

/** An element-wise f32 expression: operands are gathered into registers, some at a time, whatever their strides. */
final class MapStep implements Step {
    private final List<Elements> inputs = new ArrayList<>();
    private final Elements output;
    private final Formula formula;
    private final int count;

    MapStep(Program program, Weights weights, Kernel.Map map) {
        List<Integer> order = Elements.orderOf(map.output());
        map.inputs()
                .forEach(input ->
                        inputs.add(Elements.of(program, weights, map.extents(), input, Element.FLOAT32, order)));
        output = Elements.of(program, weights, map.extents(), map.output(), Element.FLOAT32, order);
        formula = new Formula(map.expression(), map.inputs().size());
        count = map.extents().stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int run(Memory memory) {
        float[][] registers = formula.registers(memory.scratch());
        Walk[] walks = new Walk[inputs.size()];
        for (int i = 0; i < walks.length; i++) {
            walks[i] = inputs.get(i).walk();
        }
        Walk to = output.walk();
        for (int done = 0; done < count; ) {
            int part = Math.min(Formula.CHUNK, count - done);
            for (int i = 0; i < walks.length; i++) {
                load(inputs.get(i), memory, walks[i], registers[i], part);
            }
            store(formula.run(registers, part), memory, to, part);
            done += part;
        }
        return 0;
    }

    private static void load(Elements operand, Memory memory, Walk walk, float[] to, int count) {
        Object array = operand.array(memory);
        for (int i = 0; i < count; ) {
            int run = Math.min(walk.run(), count - i);
            Convert.toFloats(operand.element(), array, walk.place(), walk.stride(), to, i, run);
            walk.advance(run);
            i += run;
        }
    }

    private void store(float[] from, Memory memory, Walk walk, int count) {
        Object array = output.array(memory);
        for (int i = 0; i < count; ) {
            int run = Math.min(walk.run(), count - i);
            Convert.ofFloats(output.element(), from, array, walk.place(), walk.stride(), i, run);
            walk.advance(run);
            i += run;
        }
    }
}
