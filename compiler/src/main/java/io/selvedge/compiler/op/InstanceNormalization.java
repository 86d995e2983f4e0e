package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = scale[c] * (X - mean) / sqrt(variance + epsilon) + B[c]}, mean and variance over the spatial axes of each
 * channel of each image. Shapes: X [N,C,...], scale and B [C].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html">ONNX InstanceNormalization</a>
 */
public record InstanceNormalization(float epsilon) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new InstanceNormalization(call.attributes().number("epsilon", 1e-5f));
    }

    @Override
    public String type() {
        return "InstanceNormalization";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("epsilon", epsilon);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        Operands.floating(x);
        shapes(x.shape().rank() >= 3, "needs an input of rank 3 or more, got %s", x);
        Shape channels = Shape.of(x.shape().extent(1));
        shapes(required(inputs, 1, "scale").shape().equals(channels), "needs scale of shape %s", channels);
        shapes(required(inputs, 2, "B").shape().equals(channels), "needs B of shape %s", channels);
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        Tensor scale = required(inputs, 1, "scale");
        Tensor b = required(inputs, 2, "B");
        int inner = Strides.product(x.shape().extents(), 2, x.shape().rank());
        double[] y = x.toDoubles();
        for (int plane = 0; plane < y.length / inner; plane++) {
            int channel = plane % scale.elements();
            Moments moments = Moments.of(y, plane * inner, inner);
            double factor = scale.getDouble(channel) / Math.sqrt(moments.variance() + epsilon);
            for (int i = plane * inner; i < (plane + 1) * inner; i++) {
                y[i] = (y[i] - moments.mean()) * factor + b.getDouble(channel);
            }
        }
        return List.of(Tensor.filled(x.type(), i -> y[i]));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] extents = new int[builder.extents(node.output()).length - 1];
        Arrays.fill(extents, 1);
        extents[0] = builder.extents(node.input(1))[0];
        View scale = DenseOperands.reshaped(builder, node.input(1), extents);
        View bias = DenseOperands.reshaped(builder, node.input(2), extents);
        NormalizationLowering.lower(node, builder, 2, epsilon, scale, List.of(bias));
    }
}
