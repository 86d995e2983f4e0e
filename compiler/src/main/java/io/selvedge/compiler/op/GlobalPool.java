package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WindowReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * GlobalAveragePool and GlobalMaxPool: {@code Y[n,c,1...] = fold over all spatial positions of X[n,c,...]}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html">ONNX GlobalAveragePool</a>
 */
public record GlobalPool(Pool.Kind kind) implements Op, Lowerable, WindowReader {
    static Op read(OpCall call) {
        return new GlobalPool(call.type().equals("GlobalMaxPool") ? Pool.Kind.MAX : Pool.Kind.AVERAGE);
    }

    @Override
    public String type() {
        return kind == Pool.Kind.MAX ? "GlobalMaxPool" : "GlobalAveragePool";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        shapes(x.shape().rank() >= 3, "needs X of rank 3 or more, got %s", x);
        long[] y = new long[x.shape().rank()];
        Arrays.fill(y, 1);
        y[0] = x.shape().extent(0);
        y[1] = x.shape().extent(1);
        return List.of(TensorType.of(x.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int inner = Strides.product(x.shape().extents(), 2, x.shape().rank());
        return List.of(Tensor.filled(type, i -> {
            double sum = 0;
            double max = Double.NEGATIVE_INFINITY;
            for (int at = i * inner; at < (i + 1) * inner; at++) {
                sum += x.getDouble(at);
                max = Math.max(max, x.getDouble(at));
            }
            return kind == Pool.Kind.MAX ? max : sum / inner;
        }));
    }

    @Override
    public Request request(Node node, Graph graph) {
        return PoolLowering.request();
    }

    @Override
    public boolean readsWindows(Node node, Graph graph) {
        return graph.type(node.input(0)).shape().rank() <= 4;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Shape x = builder.graph().type(node.input(0)).shape();
        if (!readsWindows(node, builder.graph())) {
            MapLowering.requireReal(builder, node.output());
            Reduce.fold(
                    builder,
                    kind == Pool.Kind.MAX ? Kernel.Reduce.Kind.MAX : Kernel.Reduce.Kind.MEAN,
                    builder.view(node.input(0)),
                    IntStream.range(2, x.rank()).boxed().toList(),
                    true,
                    builder.define(node.output()));
            return;
        }
        List<Integer> kernel = Arrays.stream(x.extents(), 2, x.rank()).boxed().toList();
        ConvGeometry geometry = PoolLowering.geometry(
                x, builder.graph().type(node.output()).shape(), kernel, List.of(), List.of(), List.of());
        PoolLowering.lower(
                node,
                builder,
                kind == Pool.Kind.MAX ? Kernel.Pool.Kind.MAX : Kernel.Pool.Kind.AVERAGE,
                geometry,
                false);
    }
}
