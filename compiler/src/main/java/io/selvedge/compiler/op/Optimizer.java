package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One step of gradient descent of ai.onnx.preview.training. Inputs: learning rate R, step count T, then all tensors X, all
 * gradients G and all states (H of Adagrad; V and H of Adam; V of Momentum). Outputs: the new X, then the new states.
 *
 * @param given the attributes of the file, which is what gets written again
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Adam.html">ONNX Adam</a>
 */
public record Optimizer(Kind kind, Attributes given) implements Op {
    /** Which rule. */
    public enum Kind {
        ADAGRAD("Adagrad", 1),
        ADAM("Adam", 2),
        MOMENTUM("Momentum", 1);

        private final String onnx;
        private final int states;

        Kind(String onnx, int states) {
            this.onnx = onnx;
            this.states = states;
        }
    }

    static Op read(OpCall call) {
        Kind kind = Arrays.stream(Kind.values())
                .filter(known -> known.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type()));
        String mode = call.attributes().text("mode", "standard");
        if (!List.of("standard", "nesterov").contains(mode)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "mode '" + mode + "' is not known; use standard or nesterov");
        }
        return new Optimizer(kind, call.attributes());
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public String domain() {
        return OpCatalog.TRAINING;
    }

    @Override
    public Map<String, Object> attributes() {
        return given.asMap();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        int each = kind.states + 2;
        shapes(
                inputs.size() > 2 && (inputs.size() - 2) % each == 0,
                "needs R, T and %s inputs for each tensor, got %s inputs",
                each,
                inputs.size());
        int count = (inputs.size() - 2) / each;
        List<TensorType> outputs = new ArrayList<>();
        for (int i = 0; i < inputs.size() - 2; i++) {
            TensorType type = required(inputs, i + 2, "X, G or state");
            TensorType x = required(inputs, i % count + 2, "X");
            shapes(type.equals(x), "needs gradients and states of X's type %s, got %s", x, type);
            if (i / count != 1) {
                outputs.add(type);
            }
        }
        return outputs;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        int count = (inputs.size() - 2) / (kind.states + 2);
        double rate = required(inputs, 0, "R").getDouble(0);
        long step = required(inputs, 1, "T").getLong(0);
        List<List<Tensor>> groups = new ArrayList<>();
        for (int group = 0; group <= kind.states; group++) {
            groups.add(new ArrayList<>());
        }
        for (int i = 0; i < count; i++) {
            Tensor x = required(inputs, 2 + i, "X");
            double[] xs = x.toDoubles();
            double[] gradient = required(inputs, 2 + count + i, "G").toDoubles();
            double regularisation = given.number("norm_coefficient", 0);
            Arrays.setAll(gradient, k -> gradient[k] + regularisation * xs[k]);
            double[][] states = new double[kind.states][];
            for (int s = 0; s < states.length; s++) {
                states[s] = required(inputs, 2 + (2 + s) * count + i, "state").toDoubles();
            }
            switch (kind) {
                case ADAGRAD -> adagrad(rate / (1 + step * given.number("decay_factor", 0)), xs, gradient, states[0]);
                case ADAM -> adam(rate, step, xs, gradient, states[0], states[1]);
                case MOMENTUM -> momentum(rate, step, xs, gradient, states[0]);
            }
            groups.getFirst().add(Tensor.filled(x.type(), k -> xs[k]));
            for (int s = 0; s < states.length; s++) {
                double[] state = states[s];
                groups.get(s + 1).add(Tensor.filled(x.type(), k -> state[k]));
            }
        }
        return groups.stream().flatMap(List::stream).toList();
    }

    private void adagrad(double rate, double[] x, double[] gradient, double[] squares) {
        double epsilon = given.number("epsilon", 1e-6f);
        for (int i = 0; i < x.length; i++) {
            squares[i] += gradient[i] * gradient[i];
            x[i] -= rate * gradient[i] / (Math.sqrt(squares[i]) + epsilon);
        }
    }

    private void adam(double rate, long step, double[] x, double[] gradient, double[] means, double[] squares) {
        double alpha = given.number("alpha", 0.9f);
        double beta = given.number("beta", 0.999f);
        double epsilon = given.number("epsilon", 1e-6f);
        double after = 1 - given.number("norm_coefficient_post", 0);
        double times = (double) step;
        double adjusted = step > 0 ? rate * Math.sqrt(1 - Math.pow(beta, times)) / (1 - Math.pow(alpha, times)) : rate;
        for (int i = 0; i < x.length; i++) {
            means[i] = alpha * means[i] + (1 - alpha) * gradient[i];
            squares[i] = beta * squares[i] + (1 - beta) * gradient[i] * gradient[i];
            x[i] = after * (x[i] - adjusted * means[i] / (Math.sqrt(squares[i]) + epsilon));
        }
    }

    private void momentum(double rate, long step, double[] x, double[] gradient, double[] velocity) {
        double alpha = given.number("alpha", 0);
        double beta = step > 0 ? given.number("beta", 1) : 1;
        boolean nesterov = given.text("mode", "standard").equals("nesterov");
        for (int i = 0; i < x.length; i++) {
            velocity[i] = alpha * velocity[i] + beta * gradient[i];
            x[i] -= rate * (nesterov ? gradient[i] + alpha * velocity[i] : velocity[i]);
        }
    }
}
