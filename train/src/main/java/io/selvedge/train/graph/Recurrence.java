package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Recurrent;
import io.selvedge.compiler.op.Squash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** RNN, GRU and LSTM with the default activations, step by step. */
final class Recurrence implements Lowering {
    @Override
    public List<Tensor> lower(Call call) {
        Recurrent op = (Recurrent) call.node().op();
        int directions = op.direction() == Recurrent.Direction.BIDIRECTIONAL ? 2 : 1;
        Tensor x = op.batchFirst() ? call.in(0).transpose(0, 1) : call.in(0);
        TensorVector all = new TensorVector();
        TensorVector lastH = new TensorVector();
        TensorVector lastC = new TensorVector();
        for (int d = 0; d < directions; d++) {
            boolean backward = op.direction() == Recurrent.Direction.REVERSE || d == 1;
            Run run = new Run(op, call, x, d);
            all.push_back(run.over(backward));
            lastH.push_back(run.h);
            lastC.push_back(run.c);
        }
        int stateAxis = op.batchFirst() ? 1 : 0;
        // [T,D,N,H], or [N,T,D,H].
        Tensor y = torch.stack(all, 1);
        List<Tensor> outputs =
                new ArrayList<>(List.of(op.batchFirst() ? y.permute(2, 0, 1, 3) : y, torch.stack(lastH, stateAxis)));
        if (op.kind() == Recurrent.Kind.LSTM) {
            outputs.add(torch.stack(lastC, stateAxis));
        }
        return outputs;
    }

    /** One direction. */
    private static final class Run {
        private final Recurrent op;
        private final Tensor gates;
        private final Tensor r;
        private final Tensor rBias;
        private final int hidden;
        Tensor h;
        Tensor c;

        Run(Recurrent op, Call call, Tensor x, int d) {
            this.op = op;
            this.hidden = op.hidden();
            this.r = call.in(2).select(0, d).t();
            long width = r.size(1);
            Tensor none = torch.zeros(1).toType(x.scalar_type());
            Tensor wBias = call.has(3) ? call.in(3).select(0, d).narrow(0, 0, width) : none;
            this.rBias = call.has(3) ? call.in(3).select(0, d).narrow(0, width, width) : none.expand(width);
            this.gates = x.matmul(call.in(1).select(0, d).t()).add(wBias);
            this.h = initial(call, 5, x, d);
            this.c = initial(call, 6, x, d);
        }

        private Tensor initial(Call call, int input, Tensor x, int d) {
            if (!call.has(input)) {
                return torch.zeros(x.size(1), hidden).toType(x.scalar_type());
            }
            Tensor state = call.in(input).select(op.batchFirst() ? 1 : 0, d);
            return state.size(0) == 1 ? state.expand(x.size(1), hidden) : state;
        }

        Tensor over(boolean backward) {
            int steps = (int) gates.size(0);
            Tensor[] states = new Tensor[steps];
            for (int i = 0; i < steps; i++) {
                int t = backward ? steps - 1 - i : i;
                step(gates.select(0, t));
                states[t] = h;
            }
            TensorVector all = new TensorVector();
            Arrays.stream(states).forEach(all::push_back);
            return torch.stack(all, 0);
        }

        private Tensor part(Tensor all, int gate) {
            return all.narrow(-1, (long) gate * hidden, hidden);
        }

        private void step(Tensor x) {
            switch (op.kind()) {
                case RNN -> h = x.add(h.matmul(r)).add(rBias).tanh();
                case GRU -> gru(x, h.matmul(r).add(rBias));
                case LSTM -> lstm(x.add(h.matmul(r)).add(rBias));
            }
        }

        private void lstm(Tensor all) {
            Tensor input = part(all, 0).sigmoid();
            Tensor forget = part(all, 2).sigmoid();
            c = forget.mul(c).add(input.mul(part(all, 3).tanh()));
            h = part(all, 1).sigmoid().mul(c.tanh());
        }

        private void gru(Tensor x, Tensor recurrent) {
            Tensor update = part(x, 0).add(part(recurrent, 0)).sigmoid();
            Tensor reset = part(x, 1).add(part(recurrent, 1)).sigmoid();
            Tensor behind = op.linearBeforeReset()
                    ? reset.mul(part(recurrent, 2))
                    : reset.mul(h).matmul(part(r, 2)).add(part(rBias, 2));
            Tensor candidate = part(x, 2).add(behind).tanh();
            h = candidate.add(update.mul(h.sub(candidate)));
        }
    }

    @Override
    public Optional<String> obstacle(Node node, Graph graph) {
        Recurrent op = (Recurrent) node.op();
        List<Squash.Form> usual = switch (op.kind()) {
            case RNN -> List.of(Squash.Form.TANH);
            case GRU -> List.of(Squash.Form.SIGMOID, Squash.Form.TANH);
            case LSTM -> List.of(Squash.Form.SIGMOID, Squash.Form.TANH, Squash.Form.TANH);
        };
        for (int i = 0; i < op.activations().size(); i++) {
            if (op.activations().get(i).form() != usual.get(i % usual.size())) {
                return Optional.of("activations other than " + usual);
            }
        }
        if (op.clip() != 0 || op.inputForget()) {
            return Optional.of("clipped or coupled gates");
        }
        if (node.hasInput(4) || node.hasInput(7)) {
            return Optional.of(node.hasInput(4) ? "sequences of different lengths" : "peepholes");
        }
        return Optional.empty();
    }
}
