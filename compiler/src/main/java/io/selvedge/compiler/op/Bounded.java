package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An operator whose result is as long as the data says, with a declared maximum: the result has {@code most} elements along
 * {@link Selecting#openAxis}, zeros behind those that are there, and a second output, int64 [1], says how many they are. A run
 * that finds more ends with BAD_DATA.
 */
public record Bounded(Selecting op, int most) implements Op, Lowerable {
    @Override
    public String type() {
        return "Bounded" + op.type();
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new TreeMap<>(op.attributes());
        attributes.put("most", (long) most);
        return attributes;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType largest = op.largest(inputs, constants);
        List<Dim> dims = new ArrayList<>(largest.shape().dims());
        dims.set(op.openAxis(inputs), new Dim.Known(most));
        return List.of(new TensorType(largest.dtype(), new Shape(dims)), TensorType.of(DType.INT64, 1));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        List<Optional<TensorType>> types =
                inputs.stream().map(input -> input.map(Tensor::type)).toList();
        Tensor found = op.evaluate(inputs).getFirst();
        int axis = op.openAxis(types);
        int count = found.shape().extent(axis);
        if (count > most) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    op.type() + " finds " + count + " elements, --max-dim allows " + most + "; raise it");
        }
        return List.of(
                Trim.first(found, axis, count, infer(types, inputs).getFirst()), Tensor.longs(new long[] {count}, 1));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View count = op.select(node, builder, most);
        if (node.outputs().size() > 1 && !node.outputs().get(1).isEmpty()) {
            builder.alias(node.outputs().get(1), count);
        }
    }
}
