package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Training form of BatchNormalization: {@code Y = (X - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + B[c]} with mean and
 * variance of this batch, each over all axes but the second. Further outputs are the running mean and variance:
 * {@code momentum * old + (1 - momentum) * this}. Shapes: X [N,C,...], the rest [C].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BatchNormalization.html">ONNX BatchNormalization</a>
 */
public record BatchNormalizationTraining(float epsilon, float momentum) implements Op, Lowerable {
    @Override
    public String type() {
        return "BatchNormalization";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("epsilon", epsilon, "momentum", momentum, "training_mode", 1L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = new BatchNormalization(epsilon).infer(inputs, constants).getFirst();
        TensorType running = required(inputs, 3, "mean");
        return List.of(x, running, running);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor scale = required(inputs, 1, "scale");
        Tensor b = required(inputs, 2, "B");
        int channels = scale.elements();
        int inner = Strides.product(x.shape().extents(), 2, x.shape().rank());
        int count = x.elements() / channels;
        double[] y = x.toDoubles();
        double[] gathered = new double[count];
        Moments[] moments = new Moments[channels];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < count; i++) {
                gathered[i] = y[(i / inner * channels + c) * inner + i % inner];
            }
            moments[c] = Moments.of(gathered, 0, count);
        }
        Tensor normal = Tensor.filled(x.type(), i -> {
            int c = i / inner % channels;
            double deviation = Math.sqrt(moments[c].variance() + epsilon);
            return (y[i] - moments[c].mean()) / deviation * scale.getDouble(c) + b.getDouble(c);
        });
        Tensor mean = required(inputs, 3, "mean");
        Tensor variance = required(inputs, 4, "var");
        return List.of(
                normal,
                Tensor.filled(mean.type(), c -> running(mean.getDouble(c), moments[c].mean())),
                Tensor.filled(variance.type(), c -> running(variance.getDouble(c), moments[c].variance())));
    }

    private double running(double old, double now) {
        return momentum * old + (1 - momentum) * now;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.requireReal(builder, node.input(0));
        View x = builder.view(node.input(0));
        int rank = x.extents().length;
        int channels = x.extents()[1];
        List<Integer> axes =
                IntStream.range(0, rank).filter(axis -> axis != 1).boxed().toList();
        int[] along = BatchNormalization.alongChannels(rank, channels);
        View mean = builder.temporary(node.name() + ".mean", DType.FLOAT32, channels);
        Reduce.fold(builder, Kernel.Reduce.Kind.MEAN, x, axes, false, mean);
        View centred = builder.temporary(node.name() + ".centred", DType.FLOAT32, x.extents());
        MapLowering.emit(
                builder,
                centred,
                List.of(x, mean.reshaped(along).orElseThrow()),
                new Expr.Binary(Expr.BinaryOp.SUB, new Expr.Input(0), new Expr.Input(1)));
        View squares = builder.temporary(node.name() + ".squares", DType.FLOAT32, channels);
        Reduce.fold(builder, Kernel.Reduce.Kind.SUM_SQUARE, centred, axes, false, squares);
        long count = builder.graph().type(node.input(0)).shape().elements() / Math.max(1, channels);
        View variance = builder.temporary(node.name() + ".variance", DType.FLOAT32, channels);
        MapLowering.emit(
                builder,
                variance,
                List.of(squares),
                new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(0), MapLowering.number(count)));
        if (!node.output().isEmpty()) {
            List<View> operands =
                    new ArrayList<>(List.of(centred, variance.reshaped(along).orElseThrow()));
            operands.add(DenseOperands.reshaped(builder, node.input(1), along));
            operands.add(DenseOperands.reshaped(builder, node.input(2), along));
            builder.map(
                    node.output(),
                    operands,
                    BatchNormalization.normal(
                            new Expr.Input(0), new Expr.Input(1), epsilon, new Expr.Input(2), new Expr.Input(3)));
        }
        running(node, builder, 1, node.input(3), mean);
        running(node, builder, 2, node.input(4), variance);
    }

    private void running(Node node, ProgramBuilder builder, int output, String old, View now) {
        if (node.outputs().size() > output && !node.outputs().get(output).isEmpty()) {
            builder.map(
                    node.outputs().get(output),
                    List.of(builder.view(old), now),
                    MapLowering.add(
                            MapLowering.mul(MapLowering.number(momentum), new Expr.Input(0)),
                            MapLowering.mul(MapLowering.number(1 - momentum), new Expr.Input(1))));
        }
    }
}
