package io.selvedge.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.LayerFinding;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class LayerRowsTest {
    private static final Candidate FP32 = candidate(
            "fp32", layer("conv1 + relu1", 3), layer("skip", 1), layer("conv2 + add + relu2", 9), layer("softmax", 1));
    private static final Candidate INT8 = candidate(
            "int8",
            layer("x_quantize", 1),
            layer("conv1", 1),
            layer("conv1", 2),
            layer("relu1", 1),
            layer("skip + add", 2),
            layer("conv2", 4),
            layer("softmax", 1));

    private final LayerRows layers = new LayerRows(List.of(INT8, FP32));

    @Test
    void layer_of_every_candidate_is_in_one_row() {
        assertThat(layers.rows())
                .extracting(LayerRows.Row::node)
                .containsExactly("x_quantize", "conv1", "relu1", "skip", "conv2", "softmax");
        LayerRows.Row conv2 = layers.rows().get(4);
        assertThat(conv2.micros("int8")).hasValue(4);
        assertThat(conv2.micros("fp32")).hasValue(9);
    }

    @Test
    void steps_of_one_layer_add_up() {
        assertThat(layers.rows().get(1).micros("int8")).hasValue(3);
    }

    @Test
    void candidate_without_the_layer_says_where_it_computes_the_node() {
        assertThat(layers.rows().get(2).micros("fp32")).isEmpty();
        assertThat(layers.within("fp32", "relu1")).contains("conv1");
        assertThat(layers.within("fp32", "x_quantize")).isEmpty();
    }

    @Test
    void layer_of_a_later_candidate_stands_behind_its_predecessor() {
        LayerRows other = new LayerRows(List.of(FP32, INT8));
        assertThat(other.rows())
                .extracting(LayerRows.Row::node)
                .containsExactly("x_quantize", "conv1", "relu1", "skip", "conv2", "softmax");
    }

    private static LayerFinding layer(String name, double micros) {
        return new LayerFinding(name, "fp32", OptionalDouble.of(micros), OptionalDouble.empty());
    }

    private static Candidate candidate(String name, LayerFinding... layers) {
        return new Candidate(
                name,
                Candidate.Dtype.FP32,
                List.of(layers),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                false,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Candidate.LatencyOn.NONE,
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                OptionalDouble.empty(),
                false,
                "");
    }
}
