package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * The algorithms that f32 convolutions of a program can be changed to after lowering: the direct sum, and Winograd's in blocks of
 * so many tiles. Both read the same weights, and round differently.
 */
public final class ConvAlgorithms {
    private static final String DIRECT = "direct";
    private static final String WINOGRAD = "winograd ";

    private ConvAlgorithms() {}

    /** Names of the algorithms for a step, the one that it has first; none where there is no choice. */
    public static List<String> of(Program program, Kernel kernel) {
        if (!(kernel instanceof Kernel.Conv) && !(kernel instanceof Kernel.Winograd)) {
            return List.of();
        }
        Kernel.Conv conv = kernel instanceof Kernel.Winograd winograd ? winograd.conv() : (Kernel.Conv) kernel;
        Set<String> names = new LinkedHashSet<>();
        names.add(kernel instanceof Kernel.Winograd winograd ? WINOGRAD + winograd.block() : DIRECT);
        Buffer x = program.buffer(conv.x());
        Buffer y = program.buffer(conv.y());
        for (WinogradChoice choice : WinogradChoice.possible(conv.window(), x, y)) {
            names.add(WINOGRAD + choice.block());
        }
        names.add(DIRECT);
        return names.size() == 1 ? List.of() : List.copyOf(names);
    }

    /** The program with step {@code i}'s convolution by the algorithm {@code names.apply(i)}; an empty name changes nothing. */
    public static Program with(Program program, IntFunction<String> names) {
        List<Buffer> buffers = new ArrayList<>(program.buffers());
        List<Program.Step> steps = new ArrayList<>();
        for (int i = 0; i < program.steps().size(); i++) {
            Program.Step step = program.steps().get(i);
            String name = names.apply(i);
            List<String> known = of(program, step.kernel());
            boolean other = known.indexOf(name) > 0;
            steps.add(
                    other
                            ? new Program.Step(step.name(), changed(step.kernel(), name, program, buffers), step.macs())
                            : step);
        }
        return new Program(program.name(), buffers, program.weights(), steps, program.inputs(), program.outputs());
    }

    private static Kernel changed(Kernel kernel, String name, Program program, List<Buffer> buffers) {
        Kernel.Conv conv = kernel instanceof Kernel.Winograd winograd ? winograd.conv() : (Kernel.Conv) kernel;
        if (name.equals(DIRECT)) {
            return conv;
        }
        int block = Integer.parseInt(name.substring(WINOGRAD.length()));
        Buffer x = program.buffer(conv.x());
        Buffer y = program.buffer(conv.y());
        int outputs = WeightPacking.roundUp(y.c());
        int products = Kernel.Winograd.products(conv.window().strideH());
        buffers.add(new Buffer(
                buffers.size(),
                y.name() + ".winograd",
                DType.FLOAT32,
                Shape.of(products, block, WeightPacking.roundUp(x.c()) + outputs),
                new Layout.RowMajor(),
                0,
                0,
                Buffer.Place.ARENA,
                -1));
        return new Kernel.Winograd(conv, block, buffers.size() - 1, x.c(), outputs);
    }
}
