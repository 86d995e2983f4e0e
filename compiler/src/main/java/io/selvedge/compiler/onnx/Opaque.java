package io.selvedge.compiler.onnx;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.NodeProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node that another runtime shall run, kept as the file has it and written back unchanged.
 *
 * @param version of its domain in the file
 * @param outputs types as the file declares them; extents that are known only at run time are symbols
 * @param reason why it is not read
 */
public record Opaque(NodeProto proto, int version, List<TensorType> outputs, String reason) implements Op {
    public Opaque {
        outputs = List.copyOf(outputs);
    }

    @Override
    public String type() {
        return proto.getOpType();
    }

    @Override
    public String domain() {
        return Opsets.domain(proto.getDomain());
    }

    /** None: what the node says is not looked into. */
    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return outputs;
    }

    /** As far as anybody here knows: it is neither folded nor merged with its like. */
    @Override
    public boolean isRandom() {
        return true;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        throw new IllegalStateException(type() + " is run by another runtime only");
    }
}
