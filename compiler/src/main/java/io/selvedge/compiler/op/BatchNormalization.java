package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Inference form: {@code Y = (X - mean[c]) / sqrt(var[c] + epsilon) * scale[c] + B[c]}. Shapes: X [N,C,...], the rest [C].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BatchNormalization.html">ONNX BatchNormalization</a>
 */
public record BatchNormalization(float epsilon) implements Op, Lowerable {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        if (attributes.integer("spatial", 1) != 1) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP, "BatchNormalization is supported per channel, not per element");
        }
        if (attributes.flag("training_mode", false)) {
            takeStatistics(call, attributes.number("momentum", 0.9f));
        }
        if (call.opset() < 7 && !attributes.flag("is_test", false)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "BatchNormalization of opset " + call.opset()
                            + " trains unless its attribute is_test is 1; export the model in evaluation mode");
        }
        return new BatchNormalization(attributes.number("epsilon", 1e-5f));
    }

    /** In training, mean and variance are those of the batch; the running ones follow as further outputs. */
    private static void takeStatistics(OpCall call, float momentum) {
        int rank = call.extents(0).length;
        List<Integer> axes =
                IntStream.range(0, rank).filter(axis -> axis != 1).boxed().toList();
        String mean = call.before("mean", new Reduce(Reduce.Kind.MEAN, axes, true), call.input(0));
        String centred = call.before("centred", new Binary(Binary.Kind.SUB), call.input(0), mean);
        String square = call.before("square", new Binary(Binary.Kind.MUL), centred, centred);
        String variance = call.before("variance", new Reduce(Reduce.Kind.MEAN, axes, false), square);
        String channels = call.constant("channels", Tensor.longs(new long[] {call.extents(0)[1]}, 1));
        String flat = call.before("flat_mean", new Reshape(false), mean, channels);
        call.computed(1, running(call, "running_mean", call.input(3), flat, momentum));
        call.computed(2, running(call, "running_var", call.input(4), variance, momentum));
        call.set(3, flat);
        call.set(4, variance);
    }

    private static String running(OpCall call, String hint, String before, String now, float momentum) {
        DType dtype = call.typeOf(now).dtype();
        String keep = call.constant("momentum", Tensor.filled(TensorType.of(dtype), _ -> momentum));
        String rest = call.constant("rest", Tensor.filled(TensorType.of(dtype), _ -> 1 - (double) momentum));
        String old = call.before(hint + "_old", new Binary(Binary.Kind.MUL), before, keep);
        String part = call.before(hint + "_new", new Binary(Binary.Kind.MUL), now, rest);
        return call.before(hint, new Binary(Binary.Kind.ADD), old, part);
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

    /** One multiplication and one addition per element where the parameters are constant. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        boolean known = node.inputs().subList(1, 5).stream()
                .allMatch(value -> builder.graph().isConstant(value));
        if (!known || builder.graph().type(node.output()).dtype() != DType.FLOAT32) {
            computed(node, builder);
            return;
        }
        double[][] parameters = new double[5][];
        for (int i = 1; i < 5; i++) {
            parameters[i] =
                    builder.graph().constant(node.input(i)).orElseThrow().toDoubles();
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

    private void computed(Node node, ProgramBuilder builder) {
        Compute compute = Compute.of(List.of(builder.graph().type(node.output()).dtype()));
        View x = builder.view(node.input(0));
        int[] extents = new int[x.extents().length - 1];
        java.util.Arrays.fill(extents, 1);
        extents[0] = x.extents()[1];
        List<View> views = new ArrayList<>(List.of(x));
        for (String value : node.inputs().subList(1, 5)) {
            views.add(builder.graph()
                    .constant(value)
                    .flatMap(tensor ->
                            MapLowering.weight(builder, value, tensor, compute).reshaped(extents))
                    .orElseGet(() -> DenseOperands.reshaped(builder, value, extents)));
        }
        Expr deviation =
                MapLowering.unary(Expr.UnaryOp.SQRT, MapLowering.add(new Expr.Input(4), MapLowering.number(epsilon)));
        Expr centred = new Expr.Binary(Expr.BinaryOp.SUB, new Expr.Input(0), new Expr.Input(3));
        Expr scaled = MapLowering.mul(new Expr.Binary(Expr.BinaryOp.DIV, centred, deviation), new Expr.Input(1));
        builder.map(node.output(), views, MapLowering.add(scaled, new Expr.Input(2)), compute);
    }
}
