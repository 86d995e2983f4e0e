package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Recurrent;
import io.selvedge.compiler.op.Recurrent.Direction;
import io.selvedge.compiler.op.Recurrent.Kind;
import io.selvedge.compiler.op.Squash;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Recurrent operators: every cell, direction and layout, all activations, absent and present inputs, constant and computed weights. */
final class RecurrentCases {
    private static final Squash SIGMOID = new Squash(Squash.Form.SIGMOID, 0, 0);
    private static final Squash TANH = new Squash(Squash.Form.TANH, 0, 0);

    private final OperatorCases cases = new OperatorCases("recurrent");
    private final Random random = new Random(5);

    static OperatorCases all() {
        RecurrentCases all = new RecurrentCases();
        List<Squash> gates = List.of(SIGMOID, TANH, TANH);
        List<Squash> twice = List.of(SIGMOID, TANH, TANH, SIGMOID, TANH, TANH);
        all.run(new Recurrent(Kind.LSTM, Direction.FORWARD, 3, gates, 0, false, false, false), 4, 2, 5, true, false);
        all.run(new Recurrent(Kind.LSTM, Direction.FORWARD, 64, gates, 0, false, false, false), 1, 1, 31, true, true);
        all.run(
                new Recurrent(Kind.LSTM, Direction.BIDIRECTIONAL, 17, twice, 0, true, false, false),
                3,
                3,
                2,
                false,
                true);
        all.run(new Recurrent(Kind.LSTM, Direction.REVERSE, 16, gates, 0.7f, false, false, true), 5, 1, 7, true, true);
        List<Squash> two = List.of(SIGMOID, TANH);
        all.run(new Recurrent(Kind.GRU, Direction.FORWARD, 15, two, 0, false, true, false), 4, 2, 3, true, true);
        all.run(new Recurrent(Kind.GRU, Direction.REVERSE, 33, two, 0, true, false, false), 3, 2, 1, false, true);
        List<Squash> four = List.of(SIGMOID, TANH, SIGMOID, TANH);
        all.run(
                new Recurrent(Kind.GRU, Direction.BIDIRECTIONAL, 1, four, 0.5f, false, false, false),
                3,
                2,
                4,
                true,
                false);
        Squash.Form[] forms = Squash.Form.values();
        for (int i = 0; i < forms.length; i += 2) {
            List<Squash> pair = List.of(
                    new Squash(forms[i], 0.6f, 0.3f), new Squash(forms[Math.min(i + 1, forms.length - 1)], 0.6f, 0.3f));
            all.run(
                    new Recurrent(Kind.RNN, Direction.BIDIRECTIONAL, 5, pair, 0, false, false, false),
                    2,
                    1,
                    3,
                    true,
                    true);
        }
        return all.cases;
    }

    private void run(Recurrent op, int time, int batch, int features, boolean constantWeights, boolean everything) {
        int directions = op.direction() == Direction.BIDIRECTIONAL ? 2 : 1;
        int gates = op.kind() == Kind.LSTM ? 4 : op.kind() == Kind.GRU ? 3 : 1;
        int hidden = op.hidden();
        List<String> inputs = new ArrayList<>();
        inputs.add(
                op.batchFirst()
                        ? cases.floats(-1, 1, batch, time, features)
                        : cases.floats(-1, 1, time, batch, features));
        inputs.add(weights(constantWeights, directions, gates * hidden, features));
        inputs.add(weights(constantWeights, directions, gates * hidden, hidden));
        if (everything) {
            inputs.add(weights(constantWeights, directions, 2 * gates * hidden));
            inputs.add(cases.input(Tensor.integers(TensorType.of(DType.INT32, batch), n -> n == 0 ? time : n - 1)));
            int[] state =
                    op.batchFirst() ? new int[] {batch, directions, hidden} : new int[] {directions, batch, hidden};
            inputs.add(cases.floats(-1, 1, state));
            if (op.kind() == Kind.LSTM) {
                inputs.add(cases.floats(-1, 1, state));
                inputs.add(weights(constantWeights, directions, 3 * hidden));
            }
        }
        cases.outs(op.kind() == Kind.LSTM ? 3 : 2, op, inputs.toArray(String[]::new));
    }

    private String weights(boolean constant, int... extents) {
        if (!constant) {
            return cases.floats(-0.5f, 0.5f, extents);
        }
        long[] shape = java.util.Arrays.stream(extents).asLongStream().toArray();
        return cases.constant(Tensor.filled(TensorType.of(DType.FLOAT32, shape), _ -> random.nextFloat() - 0.5));
    }
}
