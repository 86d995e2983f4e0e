package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ExprText;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WindowReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A f32 matrix product with what follows it: {@code y[m,n] = epilogue(c[n] + sum over k of a[m,k] * b[n,k], residual[m,n])}.
 * Inputs: a [M,K], constant b [N,K], optional constant c [N], optional residual [M,N].
 *
 * @param epilogue over Input(0) = accumulator including the bias, Input(1) = residual
 */
public record FusedGemm(Expr epilogue) implements Op, Lowerable, WindowReader {
    private static final Gemm GEMM = new Gemm(1, 1, false, true);

    @Override
    public String type() {
        return "FusedGemm";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("epilogue", ExprText.print(epilogue));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        List<TensorType> y = GEMM.infer(FusedConv.firstThree(inputs), FusedConv.firstThree(constants));
        FusedConv.requireLike(y.getFirst(), Operands.optional(inputs, 3));
        return y;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        return List.of(FusedConv.applied(
                epilogue, GEMM.evaluate(FusedConv.firstThree(inputs)).getFirst(), Operands.optional(inputs, 3)));
    }

    private static ConvGeometry geometry(Node node, Graph graph) {
        return ConvGeometry.of(
                graph.type(node.input(0)).shape(),
                graph.type(node.input(1)).shape(),
                graph.type(node.output()).shape(),
                List.of(),
                List.of(),
                List.of(),
                1);
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
