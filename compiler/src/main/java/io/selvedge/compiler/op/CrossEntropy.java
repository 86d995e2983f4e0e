package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The loss {@code -weight[label] * log probability[label]} of each position, ignored labels 0; summed, averaged over the
 * weights, or left as it is. NegativeLogLikelihoodLoss takes log probabilities, SoftmaxCrossEntropyLoss scores, whose log
 * softmax is its second output. Shapes: input [N,C,...], labels [N,...], weights [C].
 *
 * @param ignored label that does not count
 * @see <a href="https://onnx.ai/onnx/operators/onnx__SoftmaxCrossEntropyLoss.html">ONNX SoftmaxCrossEntropyLoss</a>
 */
public record CrossEntropy(boolean softmax, Reduction reduction, Optional<Long> ignored) implements Op, Lowerable {
    /** What becomes of the losses of the positions. */
    public enum Reduction {
        NONE,
        SUM,
        MEAN
    }

    static Op read(OpCall call) {
        String name = call.attributes().text("reduction", "mean");
        Reduction reduction = Arrays.stream(Reduction.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE, "reduction '" + name + "' is not known; use none, sum or mean"));
        Optional<Long> ignored = call.attributes().has("ignore_index")
                ? Optional.of(call.attributes().integer("ignore_index", 0))
                : Optional.empty();
        return new CrossEntropy(call.type().equals("SoftmaxCrossEntropyLoss"), reduction, ignored);
    }

    @Override
    public String type() {
        return softmax ? "SoftmaxCrossEntropyLoss" : "NegativeLogLikelihoodLoss";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes =
                new TreeMap<>(Attributes.map("reduction", reduction.name().toLowerCase(Locale.ROOT)));
        ignored.ifPresent(label -> attributes.put("ignore_index", label));
        return attributes;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        TensorType labels = required(inputs, 1, "target");
        Operands.floating(x);
        shapes(x.shape().rank() >= 2, "needs an input [N,C,...], got %s", x);
        List<Dim> positions = new ArrayList<>(x.shape().dims());
        positions.remove(1);
        shapes(
                labels.shape().dims().equals(positions),
                "needs labels of shape %s, got %s",
                new Shape(positions),
                labels);
        optional(inputs, 2)
                .ifPresent(w -> shapes(
                        w.shape().equals(Shape.of(x.shape().extent(1))),
                        "needs weights of shape [%s], got %s",
                        x.shape().extent(1),
                        w));
        TensorType loss =
                reduction == Reduction.NONE ? new TensorType(x.dtype(), labels.shape()) : TensorType.of(x.dtype());
        return softmax ? List.of(loss, x) : List.of(loss);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        Tensor labels = required(inputs, 1, "target");
        Optional<Tensor> weights = optional(inputs, 2);
        int[] extents = x.shape().extents();
        int classes = extents[1];
        int inner = Strides.product(extents, 2, extents.length);
        double[] log = softmax ? logSoftmax(x.toDoubles(), classes, inner) : x.toDoubles();
        double[] losses = new double[labels.elements()];
        double sum = 0;
        double total = 0;
        for (int i = 0; i < losses.length; i++) {
            long label = labels.getLong(i);
            if (ignored.isPresent() && ignored.get() == label) {
                continue;
            }
            int at = Operands.index(type(), label, classes, 1);
            double weight = weights.map(w -> w.getDouble(at)).orElse(1.0);
            losses[i] = -weight * log[(i / inner * classes + at) * inner + i % inner];
            sum += losses[i];
            total += weight;
        }
        double result = reduction == Reduction.MEAN ? sum / total : sum;
        Tensor loss = reduction == Reduction.NONE
                ? Tensor.filled(new TensorType(x.dtype(), labels.shape()), i -> losses[i])
                : Tensor.filled(TensorType.of(x.dtype()), _ -> result);
        return softmax ? List.of(loss, Tensor.filled(x.type(), i -> log[i])) : List.of(loss);
    }

    private static double[] logSoftmax(double[] x, int classes, int inner) {
        double[] y = new double[x.length];
        for (int row = 0; row < x.length / classes; row++) {
            int start = row / inner * classes * inner + row % inner;
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                max = Math.max(max, x[start + c * inner]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(x[start + c * inner] - max);
            }
            for (int c = 0; c < classes; c++) {
                y[start + c * inner] = x[start + c * inner] - max - Math.log(sum);
            }
        }
        return y;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        new CrossEntropyLowering(node, builder, this).lower();
    }
}
