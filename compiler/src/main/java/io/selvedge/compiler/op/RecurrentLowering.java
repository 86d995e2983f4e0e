package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One routine for each direction, which loops over time. All outputs lie in one buffer: every step, then the last h, then the
 * last c. Weights are packed here where they are constant, else by a routine at every run.
 */
final class RecurrentLowering {
    private final Node node;
    private final ProgramBuilder builder;
    private final Recurrent op;
    private final int hidden;
    private final int units;
    private final int time;
    private final int batch;
    private final int features;

    private RecurrentLowering(Node node, ProgramBuilder builder, Recurrent op) {
        this.node = node;
        this.builder = builder;
        this.op = op;
        this.hidden = op.hidden();
        this.units = WeightPacking.roundUp(hidden);
        int[] x = builder.extents(node.input(0));
        this.time = x[op.batchFirst() ? 1 : 0];
        this.batch = x[op.batchFirst() ? 0 : 1];
        this.features = x[2];
    }

    static void lower(Node node, ProgramBuilder builder, Recurrent op) {
        MapLowering.requireReal(builder, node.input(0));
        new RecurrentLowering(node, builder, op).lower();
    }

    private void lower() {
        int directions = op.directions();
        int steps = time * directions * batch * hidden;
        int state = directions * batch * hidden;
        boolean lstm = op.kind() == Recurrent.Kind.LSTM;
        View y = builder.temporary(node.name() + ".all", DType.FLOAT32, steps + state * (lstm ? 2 : 1));
        View scratch = builder.temporary(node.name() + ".cell", DType.FLOAT32, units * (2 + 2 * op.gates()));
        Kernel.Operand x = Routines.operand(builder, node.input(0));
        Kernel.Operand w = packed(1, op.gates(), features);
        Kernel.Operand r = packed(2, op.gates(), hidden);
        Kernel.Operand bias = packed(3, 2 * op.gates(), 1);
        Kernel.Operand peepholes = packed(7, 3, 1);
        Kernel.Operand lengths = lengths();
        Kernel.Operand h = initial(5);
        Kernel.Operand c = initial(6);
        boolean last = op.batchFirst();
        for (int d = 0; d < directions; d++) {
            int yTime = (last ? directions : directions * batch) * hidden;
            int yBatch = (last ? time * directions : 1) * hidden;
            int stateBatch = (last ? directions : 1) * hidden;
            int first = d * (last ? 1 : batch) * hidden;
            List<Object> numbers = new ArrayList<>(List.of(
                    op.kind(),
                    time,
                    batch,
                    features,
                    hidden,
                    op.direction() == Recurrent.Direction.REVERSE || d == 1 ? 1 : 0,
                    (last ? 1 : batch) * features,
                    (last ? time : 1) * features,
                    first,
                    yTime,
                    yBatch,
                    steps + first,
                    steps + state + first,
                    stateBatch));
            for (int i = 0; i < 3; i++) {
                List<Squash> all = op.activations(d);
                Squash squash = i < all.size() ? all.get(i) : Squash.of(Squash.Form.TANH);
                numbers.addAll(List.of(squash.form(), squash.alpha(), squash.beta()));
            }
            numbers.addAll(List.of(
                    op.clip(), op.linearBeforeReset() ? 1 : 0, op.inputForget() ? 1 : 0, node.hasInput(7) ? 1 : 0));
            Routines.emit(
                    builder,
                    "recurrent",
                    "sv_recurrent",
                    List.of(
                            x,
                            part(w, d, op.gates() * units * features),
                            part(r, d, op.gates() * units * hidden),
                            part(bias, d, 2 * op.gates() * units),
                            lengths,
                            part(h, 1, first),
                            part(c, 1, first),
                            part(peepholes, d, 3 * units)),
                    y.buffer(),
                    OptionalInt.of(scratch.buffer()),
                    numbers.toArray());
        }
        int[] starts = {0, steps, steps + state};
        for (int i = 0; i < node.outputs().size(); i++) {
            String output = node.outputs().get(i);
            if (!output.isEmpty()) {
                int[] extents = builder.extents(output);
                builder.alias(output, new View(y.buffer(), false, starts[i], extents, View.denseStrides(extents)));
            }
        }
    }

    private static Kernel.Operand part(Kernel.Operand all, int index, int elements) {
        return new Kernel.Operand(all.buffer(), all.weight(), all.byteOffset() + (long) index * elements * Float.BYTES);
    }

    /** An input of [directions, groups * hidden, k] (k may be missing) in blocks of 16 rows; zeros when it is absent. */
    private Kernel.Operand packed(int input, int groups, int k) {
        int all = op.directions() * groups;
        String name = node.name() + "." + (node.hasInput(input) ? node.input(input) : "none" + input) + ".packed";
        Optional<Tensor> constant =
                node.hasInput(input) ? builder.graph().constant(node.input(input)) : Optional.empty();
        if (node.hasInput(input) && constant.isEmpty()) {
            View packed = builder.temporary(name, DType.FLOAT32, all * units * k);
            Routines.emit(
                    builder,
                    "recurrent",
                    "sv_recurrent_pack",
                    List.of(Routines.operand(builder, node.input(input))),
                    packed.buffer(),
                    OptionalInt.empty(),
                    all,
                    hidden,
                    k);
            return Routines.operand(packed, DType.FLOAT32);
        }
        float[] values = new float[all * units * k];
        constant.ifPresent(tensor -> {
            float[] rows = tensor.toFloats();
            for (int i = 0; i < rows.length; i++) {
                int row = i / k % hidden;
                int block = i / k / hidden * (units / 16) + row / 16;
                values[(block * k + i % k) * 16 + row % 16] = rows[i];
            }
        });
        return new Kernel.Operand(builder.weight(name, WeightPacking.vector(values)), true, 0);
    }

    private Kernel.Operand lengths() {
        if (node.hasInput(4) && builder.graph().constant(node.input(4)).isEmpty()) {
            return Routines.operand(builder, node.input(4));
        }
        int[] lengths = new int[batch];
        Arrays.fill(lengths, time);
        if (node.hasInput(4)) {
            Tensor given = builder.graph().constant(node.input(4)).orElseThrow();
            Arrays.setAll(lengths, n -> (int) given.getLong(n));
        }
        return new Kernel.Operand(builder.weight(node.name() + ".lengths", WeightPacking.vector(lengths)), true, 0);
    }

    private Kernel.Operand initial(int input) {
        if (node.hasInput(input)) {
            return Routines.operand(builder, node.input(input));
        }
        float[] zeros = new float[op.directions() * batch * hidden];
        return new Kernel.Operand(builder.weight(node.name() + ".zeros", WeightPacking.vector(zeros)), true, 0);
    }
}
