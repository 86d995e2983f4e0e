package io.selvedge.train.fit;

import io.selvedge.train.graph.Natively;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Losses, each a mean over the samples. */
final class Losses {
    private Losses() {}

    /** {@code -log softmax(x)[label]}. Shapes: x [N,C], labels [N]. */
    static Tensor crossEntropy(Tensor x, Tensor labels) {
        return torch.cross_entropy_loss(x, labels);
    }

    /** {@code log(1 + exp(x)) - label * x}. Shapes: x [N,1], labels [N]. */
    static Tensor binary(Tensor x, Tensor labels) {
        return torch.binary_cross_entropy_with_logits(
                x, labels.toType(x.scalar_type()).reshape(x.shape()));
    }

    static Tensor meanSquare(Tensor x, Tensor target) {
        return x.sub(target.reshape(x.shape())).square().mean();
    }

    /** {@code T^2 * KL(softmax(teacher / T) || softmax(student / T))}; T^2 keeps its gradient as large as the task's. */
    static Tensor softened(Tensor student, Tensor teacher, double temperature) {
        Tensor log = student.div(Natively.number(temperature)).log_softmax(1);
        Tensor wanted = teacher.div(Natively.number(temperature)).log_softmax(1);
        Tensor divergence = wanted.exp().mul(wanted.sub(log)).sum();
        return divergence.mul(Natively.number(temperature * temperature / student.size(0)));
    }

    /** The same for one score. */
    static Tensor softenedBinary(Tensor student, Tensor teacher, double temperature) {
        Tensor wanted = teacher.div(Natively.number(temperature)).sigmoid();
        Tensor x = student.div(Natively.number(temperature));
        return torch.binary_cross_entropy_with_logits(x, wanted).mul(Natively.number(temperature * temperature));
    }

    /** Mean squared error as a share of the teacher's own mean square. */
    static Tensor feature(Tensor student, Tensor teacher) {
        return student.sub(teacher).square().mean().div(teacher.square().mean().add(Natively.number(1e-8)));
    }

    /** Difference of where activations are large, whatever the number of channels. Shapes: [N,C,...]. */
    static Tensor attention(Tensor student, Tensor teacher) {
        return map(student).sub(map(teacher)).square().sum().div(Natively.number((double) student.size(0)));
    }

    private static Tensor map(Tensor x) {
        Tensor energy =
                x.square().mean(new long[] {1}, false, new ScalarTypeOptional()).flatten(1, -1);
        Tensor length = energy.square()
                .sum(new long[] {1}, true, new ScalarTypeOptional())
                .sqrt();
        return energy.div(length.add(Natively.number(1e-8)));
    }
}
