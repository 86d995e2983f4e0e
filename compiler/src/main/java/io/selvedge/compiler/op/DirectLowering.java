package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Windows over one to three axes of planes by a routine as the standard writes it: for what no vectorised kernel takes. */
final class DirectLowering {
    private DirectLowering() {}

    /** A convolution or its transpose; weights may be computed. */
    static void convolution(Node node, ProgramBuilder builder, String function, Window window, int group) {
        for (String input : node.inputs()) {
            if (!input.isEmpty()) {
                MapLowering.requireReal(builder, input);
            }
        }
        int[] x = Window.threeDimensional(builder.extents(node.input(0)));
        int[] y = Window.threeDimensional(builder.extents(node.output()));
        Kernel.Operand bias = bias(node, builder, 2, y[1]);
        List<Kernel.Operand> operands =
                List.of(Routines.operand(builder, node.input(0)), Routines.operand(builder, node.input(1)), bias);
        List<Number> numbers = new ArrayList<>(List.of(x[0], x[1], x[2], x[3], x[4], y[1], y[2], y[3], y[4], group));
        numbers.addAll(window(window));
        DenseOperands.output(
                builder,
                node.output(),
                out -> Routines.emit(
                        builder,
                        "direct_conv",
                        function,
                        operands,
                        out.buffer(),
                        OptionalInt.empty(),
                        numbers.toArray()));
    }

    /** An input of one number per channel, zeros when it is absent. */
    static Kernel.Operand bias(Node node, ProgramBuilder builder, int input, int channels) {
        return node.hasInput(input)
                ? Routines.operand(builder, node.input(input))
                : new Kernel.Operand(
                        builder.weight(node.name() + ".zeros", WeightPacking.vector(new float[channels])), true, 0);
    }

    /** Kernel, strides, pads at the begin, dilations: three of each. */
    private static List<Integer> window(Window window) {
        Window three = window.threeDimensional();
        List<Integer> numbers = new ArrayList<>(three.kernel());
        numbers.addAll(three.strides());
        numbers.addAll(three.pads().subList(0, 3));
        numbers.addAll(three.dilations());
        return numbers;
    }

    /** One output of a pooling; {@code more} numbers follow those of the window. */
    static void pooling(
            Node node, ProgramBuilder builder, String function, String output, Window window, Integer... more) {
        int[] x = Window.threeDimensional(builder.extents(node.input(0)));
        int[] y = Window.threeDimensional(builder.extents(output));
        List<Number> numbers = new ArrayList<>(List.of(x[0] * x[1], x[2], x[3], x[4], y[2], y[3], y[4]));
        numbers.addAll(window(window));
        numbers.addAll(Arrays.asList(more));
        Routines.call(builder, output, "direct_pool", function, List.of(node.input(0)), numbers.toArray());
    }
}
