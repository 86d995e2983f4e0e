package io.selvedge.train.fit;

import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Optimizer;
import io.selvedge.train.graph.Natively;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Moves parameters against their gradients. Its state is in plain view, so that a checkpoint can hold it. */
final class Descender implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Descent rule;
    private final Map<String, Tensor> parameters;
    private final Map<String, Tensor> state = new LinkedHashMap<>();

    Descender(Descent rule, Map<String, Tensor> parameters) {
        this.rule = rule;
        this.parameters = parameters;
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            parameters.forEach((name, parameter) -> {
                state.put("m/" + name, Natively.kept(torch.zeros_like(parameter)));
                if (rule.optimizer() != Optimizer.SGD) {
                    state.put("v/" + name, Natively.kept(torch.zeros_like(parameter)));
                }
            });
        }
    }

    Map<String, Tensor> state() {
        return Collections.unmodifiableMap(state);
    }

    /**
     * One step along the gradients that are there.
     *
     * @param number of this step, from 1
     * @return the gradient's norm before it was shortened; parameters stay where they are unless it is finite
     */
    double step(double rate, long number) {
        TensorVector moved = new TensorVector();
        parameters.values().stream().filter(p -> p.grad().defined()).forEach(moved::push_back);
        double norm = torch.clip_grad_norm_(moved, rule.maxGradientNorm());
        if (!Double.isFinite(norm)) {
            return norm;
        }
        try (NoGradGuard _ = new NoGradGuard()) {
            parameters.forEach((name, parameter) -> {
                Tensor gradient = parameter.grad();
                if (gradient.defined()) {
                    decay(parameter, rate);
                    switch (rule.optimizer()) {
                        case SGD -> momentum(name, parameter, gradient, rate);
                        case ADAMW -> parameter.sub_(adam(name, gradient, number), Natively.number(rate));
                        case LAMB -> {
                            Tensor update = adam(name, gradient, number);
                            parameter.sub_(update, Natively.number(rate * trust(name, parameter, update)));
                        }
                    }
                }
            });
        }
        return norm;
    }

    private void decay(Tensor parameter, double rate) {
        if (rule.weightDecay() != 0 && parameter.dim() >= 2) {
            parameter.mul_(Natively.number(1 - rate * rule.weightDecay()));
        }
    }

    private void momentum(String name, Tensor parameter, Tensor gradient, double rate) {
        Tensor speed = stateOf("m/" + name);
        speed.mul_(Natively.number(rule.momentum())).add_(gradient);
        parameter.add_(speed, Natively.number(-rate));
    }

    /** Adam's update at rate 1. */
    private Tensor adam(String name, Tensor gradient, long number) {
        Tensor m = stateOf("m/" + name);
        Tensor v = stateOf("v/" + name);
        m.mul_(Natively.number(BETA1)).add_(gradient, Natively.number(1 - BETA1));
        v.mul_(Natively.number(BETA2)).addcmul_(gradient, gradient, Natively.number(1 - BETA2));
        double correction1 = 1 - Math.pow(BETA1, (double) number);
        double correction2 = Math.sqrt(1 - Math.pow(BETA2, (double) number));
        Tensor divisor = v.sqrt().div_(Natively.number(correction2)).add_(Natively.number(EPSILON));
        return m.div(divisor).div_(Natively.number(correction1));
    }

    /**
     * LAMB's factor: with it a step is a share of the tensor's own norm, whatever size its weights have. Vectors that are added or
     * multiply channels have none, learned scales of quantisation have.
     */
    private static double trust(String name, Tensor parameter, Tensor update) {
        if (parameter.dim() < 2 && !name.startsWith(Student.LEARNED)) {
            return 1;
        }
        double own = parameter.norm().item_double();
        double moved = update.norm().item_double();
        return own > 0 && moved > 0 ? own / moved : 1;
    }

    private Tensor stateOf(String name) {
        Tensor found = state.get(name);
        if (found == null) {
            throw new IllegalStateException("no state '" + name + "'");
        }
        return found;
    }

    @Override
    public void close() {
        state.values().forEach(Tensor::close);
    }
}
