package io.selvedge.compress.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OutlinesTest {
    @Test
    void node_has_the_dtype_that_it_is_computed_in() {
        Graph graph = quantized();
        // As steps of the program tell it: the Relu became a bound of the convolution.
        GraphOutline outline = Outlines.of(
                graph, Map.of(name(graph, "xq"), "int8", name(graph, "c"), "int8", name(graph, "y"), "fp32"));
        assertThat(outline.nodes().stream().map(v -> v.op() + " " + v.dtype()))
                .containsExactly(
                        "Input fp32",
                        "QuantizeLinear int8",
                        "DequantizeLinear fp32",
                        "Conv int8",
                        "Relu int8",
                        "QuantizeLinear int8",
                        "DequantizeLinear fp32",
                        "Softmax fp32",
                        "Output fp32");
    }

    @Test
    void edges_are_values_that_flow_between_nodes() {
        assertThat(Outlines.of(quantized(), Map.of()).edges())
                .extracting(edge -> List.of(edge.from(), edge.to()))
                .containsExactly(
                        List.of(0, 1),
                        List.of(1, 2),
                        List.of(2, 3),
                        List.of(3, 4),
                        List.of(4, 5),
                        List.of(5, 6),
                        List.of(6, 7),
                        List.of(7, 8));
    }

    private static String name(Graph graph, String value) {
        return graph.nodes().stream()
                .filter(node -> node.output().equals(value))
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static Graph quantized() {
        GraphBuilder g = new GraphBuilder("g");
        g.input("x", TensorType.of(DType.FLOAT32, 1, 2, 3, 3));
        g.constant("scale", Tensor.floats(new float[] {0.5f}));
        g.constant("zero", Tensor.filled(TensorType.of(DType.INT8), i -> 0));
        g.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, 2, 2, 1, 1), i -> i));
        g.add("xq", new QuantizeLinear(1), "x", "scale", "zero");
        g.add("xd", new DequantizeLinear(1), "xq", "scale", "zero");
        g.add("c", new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "xd", "w");
        g.add("r", new Unary(Unary.Kind.RELU), "c");
        g.add("rq", new QuantizeLinear(1), "r", "scale", "zero");
        g.add("rd", new DequantizeLinear(1), "rq", "scale", "zero");
        g.add("y", new Softmax(1, false), "rd");
        g.output("y");
        return g.build();
    }
}
