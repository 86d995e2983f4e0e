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
 * Moves channels into blocks of pixels: {@code Y[n, c, h*B + i, w*B + j] = X[n, (i*B + j)*C' + c, h, w]} (DCR), or with
 * {@code columnRow} channel {@code c*B*B + i*B + j} (CRD). Shapes: X [N, C'*B*B, H, W], Y [N, C', H*B, W*B].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DepthToSpace.html">ONNX DepthToSpace</a>
 */
public record DepthToSpace(int blocksize, boolean columnRow) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new DepthToSpace(
                call.attributes().index("blocksize"),
                call.attributes().text("mode", "DCR").equals("CRD"));
    }

    @Override
    public String type() {
        return "DepthToSpace";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("blocksize", (long) blocksize, "mode", columnRow ? "CRD" : "DCR");
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int block = blocksize * blocksize;
        shapes(
                x.shape().rank() == 4 && block > 0 && x.shape().extent(1) % block == 0,
                "needs [N,C,H,W] with C a multiple of %s, got %s",
                block,
                x);
        return List.of(TensorType.of(
                x.dtype(),
                x.shape().extent(0),
                x.shape().extent(1) / block,
                (long) x.shape().extent(2) * blocksize,
                (long) x.shape().extent(3) * blocksize));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int[] y = type.shape().extents();
        int h = x.shape().extent(2);
        int w = x.shape().extent(3);
        int[] sources = new int[Math.toIntExact(type.shape().elements())];
        for (int i = 0; i < sources.length; i++) {
            int column = i % y[3];
            int row = i / y[3] % y[2];
            int c = i / y[3] / y[2] % y[1];
            int n = i / y[3] / y[2] / y[1];
            int inBlock = row % blocksize * blocksize + column % blocksize;
            int channel = columnRow ? c * blocksize * blocksize + inBlock : inBlock * y[1] + c;
            sources[i] = ((n * x.shape().extent(1) + channel) * h + row / blocksize) * w + column / blocksize;
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
        // [N, C, H, W] -> [N, B, B, C', H, W] (DCR) or [N, C', B, B, H, W] (CRD) -> [N, C', H, B, W, B].
        View from = columnRow
                ? Moves.split(Moves.split(x, 1, x.extents()[1] / (block * block)), 2, block)
                        .permuted(0, 1, 4, 2, 5, 3)
                : Moves.split(Moves.split(x, 1, block), 2, block).permuted(0, 3, 4, 1, 5, 2);
        View out = builder.define(node.output());
        View to = Moves.split(Moves.split(out, 3, out.extents()[3] / block), 2, out.extents()[2] / block);
        builder.copy(from, to, Moves.bytes(builder, node.output()));
    }
}
