package io.selvedge.compress.deploy;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.ActivationSource;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/** Every float activation of the compiled model: the graph with all of them as outputs, run natively. */
public record NativeActivations(Graph graph, Session session) implements ActivationSource {
    /** The same graph with every float activation among its outputs. */
    public static Graph exposing(Graph graph) {
        List<String> outputs = new ArrayList<>(graph.outputs());
        for (Node node : graph.nodes()) {
            for (String value : node.outputs()) {
                if (!outputs.contains(value) && graph.type(value).dtype() == DType.FLOAT32) {
                    outputs.add(value);
                }
            }
        }
        return new Graph(graph.name(), graph.inputs(), outputs, graph.constants(), graph.nodes(), graph.types());
    }

    @Override
    public void run(Map<String, Tensor> inputs, BiConsumer<String, Tensor> visitor) {
        for (TensorBuffer input : session.inputs()) {
            Tensor value = Objects.requireNonNull(inputs.get(input.name()), input.name());
            input.bytes().put(value.bytes());
            visitor.accept(input.name(), value);
        }
        session.run();
        for (TensorBuffer output : session.outputs()) {
            ByteBuffer bytes = output.bytes();
            bytes.rewind();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            visitor.accept(output.name(), Tensor.of(graph.type(output.name()), copy));
        }
    }
}
