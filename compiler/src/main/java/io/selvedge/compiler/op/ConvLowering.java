package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WeightPacking;
import java.util.Optional;
import java.util.OptionalInt;

/** What Conv, FusedConv, Gemm and FusedGemm share: the f32 convolution kernels over constant weights. */
final class ConvLowering {
    private ConvLowering() {}

    /**
     * Emits the kernel for {@code y = epilogue(conv(x, weight) + bias, residual)}.
     *
     * @param weight [OC,C/group,kH,kW] flat
     * @param bias OC values; empty means zeros
     * @param residualInput position of the residual among the node's inputs, -1 if none
     */
    static void lower(
            Node node,
            ProgramBuilder builder,
            ConvGeometry g,
            float[] weight,
            float[] bias,
            int residualInput,
            Expr epilogue) {
        int x = builder.channelsLast(node.input(0));
        OptionalInt residual = residualInput >= 0 ? builder.residual(node, residualInput) : OptionalInt.empty();
        int y = builder.defineVectors(node.output());
        emit(builder, node.input(1), g, x, y, residual, weight, bias, epilogue);
    }

    /**
     * Emits the kernel between two channels-last buffers.
     *
     * @param name of the weights
     */
    static void emit(
            ProgramBuilder builder,
            String name,
            ConvGeometry g,
            int x,
            int y,
            OptionalInt residual,
            float[] weight,
            float[] bias,
            Expr epilogue) {
        int biases = builder.weight(name + ".bias", WeightPacking.vector(bias.length == 0 ? new float[g.oc()] : bias));
        int taps = g.window().kernelH() * g.window().kernelW();
        if (g.depthwise()) {
            int weights = builder.weight(name + ".dw", WeightPacking.depthwise(weight, g.c(), taps));
            builder.emit(new Kernel.DepthwiseConv(x, y, residual, weights, biases, g.window(), epilogue), g.macs());
            return;
        }
        float[] dense = weight;
        if (g.group() > 1) {
            dense = new float[g.oc() * g.c() * taps];
            g.ungroup(weight, dense, System::arraycopy);
        }
        int run = g.runChannels(builder.buffer(x).pixelPitch());
        int weights = builder.weight(
                name + ".conv" + run,
                WeightPacking.conv(
                        dense, g.oc(), g.c(), g.window().kernelH(), g.window().kernelW(), run));
        Kernel.Conv conv = new Kernel.Conv(x, y, residual, weights, biases, g.window(), epilogue);
        Optional<WinogradChoice> winograd = WinogradChoice.of(g, builder.buffer(x));
        builder.emit(winograd.isPresent() ? winograd.get().kernel(conv, builder) : conv, g.macs());
    }

    static float[] floats(ProgramBuilder builder, Node node, int input) {
        return node.hasInput(input)
                ? builder.graph()
                        .constant(node.input(input))
                        .map(Tensor::toFloats)
                        .orElseThrow()
                : new float[0];
    }
}
