package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A program whose kernels are ready to run, with its weights; shared by all sessions. */
public final class Executable {
    /** Which routines there are. */
    public interface Routines {
        /** The routine's step; throws {@link MissingRoutine} when there is none of that name. */
        Step step(Program program, Weights weights, Kernel.Routine routine, String node);
    }

    private final Program program;
    private final Step[] steps;
    private final Step[] borders;

    /**
     * Makes all kernels ready.
     *
     * @throws ModelException UNSUPPORTED_KERNEL for a routine that has not been written for the JVM, BAD_BUNDLE when the program
     *     contradicts itself
     */
    public Executable(Program program, Weights weights, Routines routines) {
        this.program = program;
        steps = new Step[program.steps().size()];
        borders = new Step[steps.length];
        List<String> missing = new ArrayList<>();
        Set<Integer> written = new HashSet<>();
        for (int i = 0; i < steps.length; i++) {
            Program.Step step = program.steps().get(i);
            Kernel kernel = step.kernel();
            try {
                steps[i] = step(weights, kernel, routines, step.name());
                boolean first = written.add(kernel.y());
                BorderStep border = new BorderStep(kernel.y(), program.buffer(kernel.y()), writesVectors(kernel));
                if (first && !inPlace(kernel) && border.isNeeded()) {
                    borders[i] = border;
                }
            } catch (MissingRoutine e) {
                missing.add(e.getMessage());
            } catch (IndexOutOfBoundsException
                    | NegativeArraySizeException
                    | ArithmeticException
                    | IllegalStateException
                    | ClassCastException e) {
                throw damaged(i, e);
            }
        }
        if (!missing.isEmpty()) {
            throw new ModelException(
                    Code.UNSUPPORTED_KERNEL,
                    "the JVM executor does not have "
                            + String.join(", nor ", missing.subList(0, Math.min(missing.size(), 3)))
                            + ". Deploy the model for a target that this machine runs, or with --target generic");
        }
    }

    private static ModelException damaged(int step, RuntimeException cause) {
        return new ModelException(
                Code.BAD_BUNDLE,
                "program.bin contradicts itself in step " + step + " (" + cause + "); deploy the model again",
                cause);
    }

    public Program program() {
        return program;
    }

    /**
     * Runs all steps.
     *
     * @return 0, or the number of the step with bad data, counted from 1
     */
    public int run(Memory memory) {
        for (int i = 0; i < steps.length; i++) {
            int status = runStep(memory, i);
            if (status != 0) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Runs one step alone; one beyond the last does nothing. */
    public int runStep(Memory memory, int step) {
        if (step >= steps.length) {
            return 0;
        }
        try {
            if (borders[step] != null) {
                borders[step].run(memory);
            }
            return steps[step].run(memory);
        } catch (IndexOutOfBoundsException | ClassCastException | ArithmeticException | IllegalStateException e) {
            throw damaged(step, e);
        }
    }

    private Step step(Weights weights, Kernel kernel, Routines routines, String node) {
        if (kernel instanceof Kernel.Conv k) {
            return new ConvStep(program, weights, k);
        }
        if (kernel instanceof Kernel.Winograd k) {
            // With stride 2 fewer multiplications do not pay for the transforms here.
            return k.conv().window().strideH() == 1
                    ? new WinogradStep(program, weights, k)
                    : new ConvStep(program, weights, k.conv());
        }
        if (kernel instanceof Kernel.DepthwiseConv k) {
            return new DepthwiseStep(program, weights, k);
        }
        if (kernel instanceof Kernel.QConv k) {
            return new QConvStep(program, weights, k);
        }
        if (kernel instanceof Kernel.QDepthwiseConv k) {
            return new QDepthwiseStep(program, weights, k);
        }
        if (kernel instanceof Kernel.Pool k) {
            return new PoolStep(program, k);
        }
        if (kernel instanceof Kernel.Map k) {
            return k.compute() == Kernel.Compute.F32
                    ? new MapStep(program, weights, k)
                    : new WideMapStep(program, weights, k);
        }
        if (kernel instanceof Kernel.Copy k) {
            return new CopyStep(program, weights, k);
        }
        if (kernel instanceof Kernel.Lut k) {
            return new LutStep(program, weights, k);
        }
        if (kernel instanceof Kernel.Softmax k) {
            return new SoftmaxStep(program, k);
        }
        if (kernel instanceof Kernel.Gemm k) {
            return new GemmStep(program, weights, k);
        }
        if (kernel instanceof Kernel.LayerNorm k) {
            return new LayerNormStep(program, weights, k);
        }
        if (kernel instanceof Kernel.MatMul k) {
            return isFloat(k.y()) ? new MatMulStep(program, weights, k) : new WideMatMulStep(program, weights, k);
        }
        if (kernel instanceof Kernel.Reduce k) {
            Buffer x = program.buffer(k.input().buffer());
            boolean floats = switch (x.element()) {
                case FLOAT32, BOOL -> true;
                default -> false;
            };
            return floats ? new ReduceStep(program, weights, k) : new WideReduceStep(program, weights, k);
        }
        return routines.step(program, weights, (Kernel.Routine) kernel, node);
    }

    private boolean isFloat(int buffer) {
        return program.buffer(buffer).element() == io.selvedge.jvm.program.Element.FLOAT32;
    }

    private static boolean writesVectors(Kernel kernel) {
        return kernel instanceof Kernel.Conv
                || kernel instanceof Kernel.Winograd
                || kernel instanceof Kernel.DepthwiseConv
                || kernel instanceof Kernel.QConv
                || kernel instanceof Kernel.QDepthwiseConv
                || kernel instanceof Kernel.Pool;
    }

    /** Whether the result takes over an input's memory, and with it the border. */
    private boolean inPlace(Kernel kernel) {
        if (kernel instanceof Kernel.Map map) {
            return map.inputs().stream().anyMatch(input -> inPlace(input, map.y()));
        }
        return kernel instanceof Kernel.Lut lut && inPlace(lut.input(), lut.y());
    }

    private boolean inPlace(Kernel.Strided input, int output) {
        return !input.weight()
                && program.buffer(input.buffer()).place() == Buffer.Place.ARENA
                && program.buffer(output).place() == Buffer.Place.ARENA
                && program.buffer(input.buffer()).offset()
                        == program.buffer(output).offset();
    }
}
