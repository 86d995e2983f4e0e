package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ExprEvaluator;
import io.selvedge.compiler.program.ExprText;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WindowReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A f32 convolution with what follows it: {@code y = epilogue(bias + sum x*w, residual)}. Inputs: x [N,C,(H,)W], constant w
 * [OC,C/group,(kH,)kW], optional constant bias [OC], optional residual of y's shape.
 *
 * @param pads begins, then ends: top, left, bottom, right
 * @param epilogue over Input(0) = accumulator including the bias, Input(1) = residual
 */
public record FusedConv(List<Integer> strides, List<Integer> pads, List<Integer> dilations, int group, Expr epilogue)
        implements Op, Lowerable, WindowReader {
    public FusedConv {
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
    }

    @Override
    public String type() {
        return "FusedConv";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    private Conv conv() {
        return new Conv(strides, pads, dilations, group);
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads),
                "dilations", Attributes.array(dilations),
                "group", (long) group,
                "epilogue", ExprText.print(epilogue));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        List<TensorType> y = conv().infer(firstThree(inputs), firstThree(constants));
        requireLike(y.getFirst(), Operands.optional(inputs, 3));
        return y;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        return List.of(applied(epilogue, conv().evaluate(firstThree(inputs)).getFirst(), Operands.optional(inputs, 3)));
    }

    static <T> List<Optional<T>> firstThree(List<Optional<T>> inputs) {
        return inputs.subList(0, Math.min(3, inputs.size()));
    }

    /** The epilogue of every element. */
    static Tensor applied(Expr epilogue, Tensor accumulator, Optional<Tensor> residual) {
        float[] operands = new float[residual.isPresent() ? 2 : 1];
        return Tensor.filled(accumulator.type(), i -> {
            operands[0] = accumulator.getFloat(i);
            residual.ifPresent(r -> operands[1] = r.getFloat(i));
            return ExprEvaluator.evaluate(epilogue, operands);
        });
    }

    static void requireLike(TensorType y, Optional<TensorType> residual) {
        residual.ifPresent(r -> Operands.shapes(r.equals(y), "needs a residual of the output's type %s, got %s", y, r));
    }

    private ConvGeometry geometry(Node node, Graph graph) {
        Shape x = graph.type(node.input(0)).shape();
        Shape w = graph.type(node.input(1)).shape();
        return ConvGeometry.of(x, w, graph.type(node.output()).shape(), strides, pads, dilations, group);
    }

    @Override
    public Request request(Node node, Graph graph) {
        return geometry(node, graph).request(0, 0);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        ConvLowering.lower(
                node,
                builder,
                geometry(node, builder.graph()),
                ConvLowering.floats(builder, node, 1),
                ConvLowering.floats(builder, node, 2),
                node.hasInput(3) ? 3 : -1,
                epilogue);
    }
}
