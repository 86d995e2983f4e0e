package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Inserts axes of extent 1; the second input lists their positions in the output.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Unsqueeze.html">ONNX Unsqueeze</a>
 */
public record Unsqueeze() implements Op, Lowerable {
    static Op read(OpCall call) {
        if (call.attributes().has("axes")) {
            call.set(1, "axes", call.attributes().integers("axes"));
        }
        return new Unsqueeze();
    }

    @Override
    public String type() {
        return "Unsqueeze";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        int[] listed = Operands.integers(constants, 1, "axes");
        int rank = x.shape().rank() + listed.length;
        Set<Integer> axes = new HashSet<>();
        for (int axis : listed) {
            shapes(axes.add(Operands.axis(axis, rank)), "needs distinct axes, got %s twice", axis);
        }
        List<Dim> y = new ArrayList<>();
        Iterator<Dim> rest = x.shape().dims().iterator();
        for (int axis = 0; axis < rank; axis++) {
            y.add(axes.contains(axis) ? new Dim.Known(1) : rest.next());
        }
        return List.of(new TensorType(x.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        return List.of(x.reshaped(
                infer(List.of(Optional.of(x.type())), inputs).getFirst().shape()));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Moves.reshape(builder, node.input(0), node.output());
    }
}
