package io.selvedge.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "mobilenet_v1_025_96, 0.21, 7.5",
        "fc_autoencoder, 0.266, 0.264",
        "mobilenet_v2, 3.49, 300.8",
        "resnet8_w16, 0.078, 12.5",
        "resnet8_w32, 0.309, 49.1",
        "resnet18, 11.68, 1814",
        "resnet50, 25.53, 4089",
        "vit_tiny, 5.7, 1254",
        "conv3x3_56_64to64, 0.037, 115.6",
        "gemm_512x512x512, 0.263, 134.2"
    })
    void parameters_and_products_are_those_of_the_architecture(String name, double millions, double millionMacs) {
        Graph graph = network(name);
        GraphCost cost = GraphCost.of(graph);
        assertThat(cost.parameters() / 1e6).isCloseTo(millions, Percentage.withPercentage(2));
        assertThat(cost.macs() / 1e6).isCloseTo(millionMacs, Percentage.withPercentage(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mobilenet_v1_025_96", "fc_autoencoder", "mobilenet_v2", "resnet8_w32"})
    void activations_neither_vanish_nor_grow(String name) {
        Graph graph = network(name);
        SplittableRandom random = new SplittableRandom(3);
        TensorType type = graph.type("input");
        Map<String, Tensor> inputs = Map.of("input", Tensor.filled(type, _ -> random.nextDouble(-1, 1)));
        Map<String, Double> deviations = new LinkedHashMap<>();
        ReferenceEvaluator.run(graph, inputs, (value, tensor) -> {
            double squares = 0;
            for (float v : tensor.toFloats()) {
                squares += (double) v * v;
            }
            deviations.put(value, Math.sqrt(squares / tensor.elements()));
        });
        deviations.remove("softmax");
        assertThat(deviations).hasSizeGreaterThan(10);
        assertThat(deviations.values()).allSatisfy(d -> assertThat(d).isBetween(0.05, 10.0));
    }

    @Test
    void weights_are_the_same_on_every_call() {
        assertThat(network("fc_autoencoder").constants())
                .isEqualTo(network("fc_autoencoder").constants());
    }

    @Test
    void graphs_carry_the_name_they_are_found_by() {
        List<String> small = Network.all().stream()
                .map(Network::name)
                .filter(name -> !name.startsWith("resnet") && !name.startsWith("vit") && !name.startsWith("fc_1x"))
                .toList();
        assertThat(small)
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(network(name).name()).isEqualTo(name));
    }

    private static Graph network(String name) {
        return Network.named(name).orElseThrow().graph();
    }
}
