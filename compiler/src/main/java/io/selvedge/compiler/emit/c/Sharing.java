package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.util.List;

/**
 * Which steps threads share. The estimate is in the time of a core of about 3 GHz; on a slower one both sides grow.
 *
 * @param worthwhileNanos steps that take as long on one thread
 */
record Sharing(double worthwhileNanos) {
    /** Meeting costs about half a microsecond. */
    static final Sharing WHERE_IT_PAYS = new Sharing(3000);

    /** For tests. */
    static final Sharing EVERYWHERE = new Sharing(0);

    private static final double BYTES_PER_NANO = 12;
    private static final double VECTORS_PER_NANO = 3;
    /** Kernels that do little with what they load reach this part of the rate of dense ones. */
    private static final double SPARSE = 0.25;

    private static final int MATH_COST = 12;

    boolean pays(Program program, int number, Target target) {
        Program.Step step = program.steps().get(number);
        return nanos(step, program, target) >= worthwhileNanos;
    }

    private static double nanos(Program.Step step, Program program, Target target) {
        Kernel kernel = step.kernel();
        double rate = target.lanes() * VECTORS_PER_NANO;
        double bytes = program.buffer(kernel.writes()).bytes();
        for (int read : kernel.reads()) {
            bytes += program.buffer(read).bytes();
        }
        if (kernel instanceof Kernel.Gemm gemm) {
            bytes += program.weights().get(gemm.weights()).byteCount();
        }
        double elements = program.buffer(kernel.writes()).shape().elements();
        double compute = switch (kernel) {
            case Kernel.Conv _ -> step.macs() / rate;
            case Kernel.Winograd _ -> step.macs() / (2 * rate);
            case Kernel.QConv _ -> step.macs() / rate / (target.dotProduct() ? 4 : 1);
            case Kernel.DepthwiseConv _ -> step.macs() / (rate * SPARSE);
            case Kernel.QDepthwiseConv _ -> step.macs() / (rate * SPARSE);
            case Kernel.Pool pool ->
                elements * pool.window().kernelH() * pool.window().kernelW() / rate;
            case Kernel.Map map -> elements * mapCost(map, target) / rate;
            case Kernel.Copy copy -> elements * (isRun(copy) ? 0 : target.lanes()) / rate;
            case Kernel.Lut _ -> elements / rate;
            case Kernel.Softmax _ -> elements * 2 * MATH_COST / rate;
            case Kernel.Gemm gemm ->
                (double) gemm.m() * gemm.k() * gemm.n() / rate
                        / (gemm.integers().isPresent() && target.dotProduct() ? 4 : 1);
            case Kernel.LayerNorm _ -> elements * 4 / rate;
            case Kernel.MatMul product -> (double) product.batch() * product.m() * product.k() * product.n() / rate;
            case Kernel.Reduce _ -> inputElements(kernel, program) / rate;
            case Kernel.Routine _ -> 0;
        };
        return Math.max(compute, bytes / BYTES_PER_NANO);
    }

    private static double mapCost(Kernel.Map map, Target target) {
        return map.compute() != Compute.F32 ? target.lanes() : ExprCode.usesMath(map.expr()) ? MATH_COST : 1;
    }

    private static boolean isRun(Kernel.Copy copy) {
        return LoopNest.of(
                        copy.extents(),
                        List.of(copy.input().strides(), copy.output().strides()))
                .innermost()
                .strides()
                .equals(List.of(1, 1));
    }

    private static double inputElements(Kernel kernel, Program program) {
        Buffer x = program.buffer(kernel.reads().getFirst());
        return x.shape().elements();
    }
}
