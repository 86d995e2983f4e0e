package io.selvedge.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.deploy.GraphOutline;
import io.selvedge.compress.deploy.GraphOutline.Edge;
import io.selvedge.compress.deploy.GraphOutline.Vertex;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ComputeGraphTest {
    private static final GraphOutline BEFORE = new GraphOutline(
            List.of(node("x", "Input", "fp32"), node("conv", "Conv", "fp32"), node("softmax", "Softmax", "fp32")),
            List.of(new Edge(0, 1), new Edge(1, 2)));

    /** x, Q, DQ, conv with a weight of its own DQ, Q, DQ, softmax. */
    private static final GraphOutline AFTER = new GraphOutline(
            List.of(
                    node("x", "Input", "fp32"),
                    node("xq", "QuantizeLinear", "int8"),
                    node("xd", "DequantizeLinear", "fp32"),
                    node("wd", "DequantizeLinear", "fp32"),
                    node("conv", "Conv", "int8"),
                    node("cq", "QuantizeLinear", "int8"),
                    node("cd", "DequantizeLinear", "fp32"),
                    node("softmax", "Softmax", "fp32")),
            List.of(
                    new Edge(0, 1),
                    new Edge(1, 2),
                    new Edge(2, 4),
                    new Edge(3, 4),
                    new Edge(4, 5),
                    new Edge(5, 6),
                    new Edge(6, 7)));

    @Test
    void quantised_graph_has_the_nodes_of_the_original() {
        assertThat(ComputeGraph.of(AFTER).nodes())
                .extracting(Vertex::name)
                .isEqualTo(ComputeGraph.of(BEFORE).nodes().stream()
                        .map(Vertex::name)
                        .toList());
    }

    @Test
    void conversions_become_marks_where_the_type_changes() {
        assertThat(ComputeGraph.of(BEFORE).links())
                .containsExactly(new ComputeGraph.Link(0, 1, false, ""), new ComputeGraph.Link(1, 2, false, ""));
        assertThat(ComputeGraph.of(AFTER).links())
                .containsExactly(new ComputeGraph.Link(0, 1, true, "Q"), new ComputeGraph.Link(1, 2, true, "DQ"));
    }

    @Test
    void operators_are_counted_by_what_they_compute_in() {
        ComputeGraph graph = ComputeGraph.of(AFTER);
        assertThat(graph.operators()).isEqualTo(2);
        assertThat(graph.operators("int8")).isEqualTo(1);
    }

    private static Vertex node(String name, String op, String dtype) {
        return new Vertex(name, op, dtype, "[1]");
    }
}
