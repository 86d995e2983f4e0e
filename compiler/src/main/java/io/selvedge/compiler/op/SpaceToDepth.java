package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

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
 * Moves blocks of pixels into channels: {@code Y[n, (i*B + j)*C + c, h, w] = X[n, c, h*B + i, w*B + j]}. Shapes: X [N,C,H,W],
 * Y [N, C*B*B, H/B, W/B].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html">ONNX SpaceToDepth</a>
 */
public record SpaceToDepth(int blocksize) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new SpaceToDepth(call.attributes().index("blocksize"));
    }

    @Override
    public String type() {
        return "SpaceToDepth";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("blocksize", (long) blocksize);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        shapes(
                x.shape().rank() == 4
                        && blocksize > 0
                        && x.shape().extent(2) % blocksize == 0
                        && x.shape().extent(3) % blocksize == 0,
                "needs [N,C,H,W] with H and W multiples of %s, got %s",
                blocksize,
                x);
        return List.of(TensorType.of(
                x.dtype(),
                x.shape().extent(0),
                (long) x.shape().extent(1) * blocksize * blocksize,
                x.shape().extent(2) / blocksize,
                x.shape().extent(3) / blocksize));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int[] y = type.shape().extents();
        int channels = x.shape().extent(1);
        int[] sources = new int[Math.toIntExact(type.shape().elements())];
        for (int i = 0; i < sources.length; i++) {
            int column = i % y[3];
            int row = i / y[3] % y[2];
            int channel = i / y[3] / y[2] % y[1];
            int n = i / y[3] / y[2] / y[1];
            int inBlock = channel / channels;
            sources[i] =
                    ((n * channels + channel % channels) * x.shape().extent(2) + row * blocksize + inBlock / blocksize)
                                    * x.shape().extent(3)
                            + column * blocksize
                            + inBlock % blocksize;
        }
        return List.of(x.select(type.shape(), sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View x = builder.view(node.input(0));
        int block = blocksize;
        // [N, C, H, B, W, B] -> [N, B, B, C, H, W].
        View from = Moves.split(Moves.split(x, 3, x.extents()[3] / block), 2, x.extents()[2] / block)
                .permuted(0, 3, 5, 1, 2, 4);
        View to = Moves.split(Moves.split(builder.define(node.output()), 1, block), 2, block);
        builder.copy(from, to, Moves.bytes(builder, node.output()));
    }
}
