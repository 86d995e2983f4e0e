package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One direction of a recurrent operator on one sequence at a time; arithmetic in double. */
final class RecurrentCell {
    private final Recurrent op;
    private final int hidden;
    private final int features;
    private final double[] x;
    private final double[] w;
    private final double[] r;
    private final double[] bias;
    private final double[] firstH;
    private final double[] firstC;
    private final double[] peepholes;
    private final List<Squash> squash;
    double[] h;
    double[] c;

    RecurrentCell(Recurrent op, List<Optional<Tensor>> inputs, int direction) {
        this.op = op;
        this.hidden = op.hidden();
        this.x = required(inputs, 0, "X").toDoubles();
        this.features = required(inputs, 0, "X").shape().extent(2);
        this.w = part(Optional.of(required(inputs, 1, "W")), direction, 0);
        this.r = part(Optional.of(required(inputs, 2, "R")), direction, 0);
        this.bias = part(optional(inputs, 3), direction, 2 * r.length / Math.max(1, hidden));
        this.firstH = optional(inputs, 5).map(Tensor::toDoubles).orElse(new double[0]);
        this.firstC = optional(inputs, 6).map(Tensor::toDoubles).orElse(new double[0]);
        this.peepholes = part(optional(inputs, 7), direction, 3 * hidden);
        this.squash = op.activations(direction);
        this.h = new double[hidden];
        this.c = new double[hidden];
    }

    private static double[] part(Optional<Tensor> tensor, int direction, int otherwise) {
        return tensor.map(t -> {
                    int count = t.elements() / t.shape().extent(0);
                    return Arrays.copyOfRange(t.toDoubles(), direction * count, (direction + 1) * count);
                })
                .orElseGet(() -> new double[otherwise]);
    }

    /** Begins a sequence whose initial states lie there. */
    void start(int state) {
        h = firstH.length == 0 ? new double[hidden] : Arrays.copyOfRange(firstH, state, state + hidden);
        c = firstC.length == 0 ? new double[hidden] : Arrays.copyOfRange(firstC, state, state + hidden);
    }

    /** Reads the features of one step that lie there. */
    void step(int at) {
        switch (op.kind()) {
            case RNN -> {
                double[] next = new double[hidden];
                for (int i = 0; i < hidden; i++) {
                    next[i] = apply(0, input(at, 0, i) + recurrent(h, 0, i));
                }
                h = next;
            }
            case GRU -> gru(at);
            case LSTM -> lstm(at);
        }
    }

    private void gru(int at) {
        double[] update = new double[hidden];
        double[] reset = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            update[i] = apply(0, input(at, 0, i) + recurrent(h, 0, i));
            reset[i] = apply(0, input(at, 1, i) + recurrent(h, 1, i));
        }
        double[] past = h.clone();
        for (int i = 0; i < hidden; i++) {
            past[i] *= reset[i];
        }
        double[] next = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            double memory = op.linearBeforeReset() ? reset[i] * recurrent(h, 2, i) : recurrent(past, 2, i);
            next[i] = (1 - update[i]) * apply(1, input(at, 2, i) + memory) + update[i] * h[i];
        }
        h = next;
    }

    private void lstm(int at) {
        double[] next = new double[hidden];
        double[] cells = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            double in = apply(0, input(at, 0, i) + recurrent(h, 0, i) + peepholes[i] * c[i]);
            double forget = op.inputForget()
                    ? 1 - in
                    : apply(0, input(at, 2, i) + recurrent(h, 2, i) + peepholes[2 * hidden + i] * c[i]);
            cells[i] = forget * c[i] + in * apply(1, input(at, 3, i) + recurrent(h, 3, i));
            double out = apply(0, input(at, 1, i) + recurrent(h, 1, i) + peepholes[hidden + i] * cells[i]);
            next[i] = out * squash.get(2).apply(cells[i]);
        }
        h = next;
        c = cells;
    }

    private double apply(int activation, double value) {
        return squash.get(activation).apply(op.clip() > 0 ? Math.clamp(value, -op.clip(), op.clip()) : value);
    }

    private double input(int at, int gate, int unit) {
        int row = gate * hidden + unit;
        double sum = bias[row];
        for (int k = 0; k < features; k++) {
            sum += w[row * features + k] * x[at + k];
        }
        return sum;
    }

    private double recurrent(double[] state, int gate, int unit) {
        int row = gate * hidden + unit;
        double sum = bias[bias.length / 2 + row];
        for (int k = 0; k < hidden; k++) {
            sum += r[row * hidden + k] * state[k];
        }
        return sum;
    }
}
