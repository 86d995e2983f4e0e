package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inference form: {@code Y = (X - mean[c]) / sqrt(var[c] + epsilon) * scale[c] + B[c]}. Shapes: X [N,C,...], the rest [C].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BatchNormalization.html">ONNX BatchNormalization</a>
 */
public record BatchNormalization(float epsilon) implements Op, Lowerable {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        if (attributes.integer("spatial", 1) != 1 || attributes.integer("training_mode", 0) != 0) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "BatchNormalization is supported per channel and for inference; export the model in evaluation mode");
        }
        if (call.opset() < 7 && !attributes.flag("is_test", false)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "BatchNormalization of opset " + call.opset()
                            + " trains unless its attribute is_test is 1; export the model in evaluation mode");
        }
        return new BatchNormalization(attributes.number("epsilon", 1e-5f));
    }

    @Override
    public String type() {
        return "BatchNormalization";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("epsilon", epsilon);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        shapes(x.shape().rank() >= 2, "needs X of rank 2 or more, got %s", x);
        Shape channels = Shape.of(x.shape().extent(1));
        for (int i = 1; i < 5; i++) {
            TensorType parameter = required(inputs, i, "scale, B, mean, var");
            shapes(parameter.shape().equals(channels), "needs input %s of shape %s, got %s", i, channels, parameter);
        }
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        double[] scale = required(inputs, 1, "scale").toDoubles();
        double[] b = required(inputs, 2, "B").toDoubles();
        double[] mean = required(inputs, 3, "mean").toDoubles();
        double[] variance = required(inputs, 4, "var").toDoubles();
        int channels = scale.length;
        int inner = Strides.product(x.shape().extents(), 2, x.shape().rank());
        return List.of(Tensor.filled(x.type(), i -> {
            int c = i / inner % channels;
            return (x.getDouble(i) - mean[c]) / Math.sqrt(variance[c] + epsilon) * scale[c] + b[c];
        }));
    }

    /** One multiplication and one addition per element; the parameters must be constant. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        double[][] parameters = new double[5][];
        for (int i = 1; i < 5; i++) {
            parameters[i] = builder.graph()
                    .constant(node.input(i))
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.UNSUPPORTED_OP,
                            "BatchNormalization '" + node.name() + "' needs constant parameters to be compiled"))
                    .toDoubles();
        }
        int channels = parameters[1].length;
        float[] factors = new float[channels];
        float[] offsets = new float[channels];
        for (int c = 0; c < channels; c++) {
            double factor = parameters[1][c] / Math.sqrt(parameters[4][c] + epsilon);
            factors[c] = (float) factor;
            offsets[c] = (float) (parameters[2][c] - parameters[3][c] * factor);
        }
        int[] extents = new int[builder.extents(node.output()).length - 1];
        java.util.Arrays.fill(extents, 1);
        extents[0] = channels;
        View factor = MapLowering.vector(builder, node.name() + ".factor", factors, extents);
        View offset = MapLowering.vector(builder, node.name() + ".offset", offsets, extents);
        builder.map(
                node.output(),
                List.of(builder.view(node.input(0)), factor, offset),
                MapLowering.add(MapLowering.mul(new Expr.Input(0), new Expr.Input(1)), new Expr.Input(2)));
    }
}
