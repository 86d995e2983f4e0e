package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = (X - mean) / sqrt(variance + epsilon) * Scale + B}, mean and variance over the axes from {@code axis} on; Scale
 * and the optional B broadcast to X. Further outputs: mean and 1 / standard deviation, reduced axes kept as 1.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LayerNormalization.html">ONNX LayerNormalization</a>
 */
public record LayerNormalization(int axis, float epsilon) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new LayerNormalization(call.axis(-1), call.attributes().number("epsilon", 1e-5f));
    }

    @Override
    public String type() {
        return "LayerNormalization";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis, "epsilon", epsilon);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        TensorType scale = required(inputs, 1, "Scale");
        Operands.shapes(
                Strides.common(x.shape(), scale.shape()).equals(x.shape()),
                "needs Scale to broadcast to X; got X=%s, Scale=%s",
                x,
                scale);
        long[] statistics = new long[x.shape().rank()];
        for (int a = 0; a < statistics.length; a++) {
            statistics[a] =
                    a < Operands.axis(axis, statistics.length) ? x.shape().extent(a) : 1;
        }
        TensorType mean = TensorType.of(x.dtype(), statistics);
        return List.of(x, mean, mean);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor scale = required(inputs, 1, "Scale");
        int[] extents = x.shape().extents();
        int inner = Strides.product(extents, Operands.axis(axis, extents.length), extents.length);
        TensorType statistics = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .get(1);
        double[] values = x.toDoubles();
        double[] means = new double[Math.toIntExact(statistics.shape().elements())];
        double[] deviations = new double[means.length];
        for (int row = 0; row < means.length; row++) {
            Moments moments = Moments.of(values, row * inner, inner);
            means[row] = moments.mean();
            deviations[row] = 1 / Math.sqrt(moments.variance() + epsilon);
        }
        int[] scales = Strides.broadcast(scale.shape(), x.shape());
        Optional<Tensor> bias = optional(inputs, 2);
        int[] biases = bias.map(b -> Strides.broadcast(b.shape(), x.shape())).orElse(scales);
        Tensor y = Tensor.filled(
                x.type(),
                i -> (values[i] - means[i / inner]) * deviations[i / inner] * scale.getDouble(scales[i])
                        + bias.map(b -> b.getDouble(biases[i])).orElse(0.0));
        return List.of(y, Tensor.filled(statistics, i -> means[i]), Tensor.filled(statistics, i -> deviations[i]));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int first = Operands.axis(axis, builder.extents(node.input(0)).length);
        View scale = builder.view(node.input(1));
        List<View> bias = node.hasInput(2) ? List.of(builder.view(node.input(2))) : List.of();
        NormalizationLowering.lower(node, builder, first, epsilon, scale, bias);
    }
}
