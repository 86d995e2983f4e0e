package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Quantised graphs whose weights and activations have few levels. */
final class LevelsTest {
    private static final TensorType INPUT = TensorType.of(DType.FLOAT32, 1, 4, 6, 6);

    private final Random random = new Random(3);
    private final Graph graph = twoLayers();
    private final List<Map<String, Tensor>> samples = samples();
    private final Ranges ranges = Calibrator.calibrate(graph, samples, _ -> {});

    private Graph twoLayers() {
        GraphBuilder g = new GraphBuilder("two layers");
        g.input("x", INPUT);
        Conv conv = new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1);
        String first = g.add("first", conv, "x", weights(g, "w1", 8, 4), bias(g, "b1", 8));
        String relu = g.add("relu", new Unary(Unary.Kind.RELU), first);
        g.output(g.add("second", conv, relu, weights(g, "w2", 5, 8), bias(g, "b2", 5)));
        return g.build();
    }

    private String weights(GraphBuilder g, String name, int outputs, int inputs) {
        return g.constant(
                name,
                Tensor.filled(TensorType.of(DType.FLOAT32, outputs, inputs, 3, 3), _ -> random.nextGaussian() * 0.2));
    }

    private String bias(GraphBuilder g, String name, int outputs) {
        return g.constant(name, Tensor.filled(TensorType.of(DType.FLOAT32, outputs), _ -> random.nextGaussian()));
    }

    private List<Map<String, Tensor>> samples() {
        List<Map<String, Tensor>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(Map.of("x", Tensor.filled(INPUT, _ -> random.nextGaussian() + 0.5)));
        }
        return all;
    }

    private Graph quantized(WeightGrid weights, ActivationGrid activations) {
        return Quantizer.quantize(
                graph,
                QuantizationPlan.plain(ranges),
                Set.of(),
                Levels.of(Quantizer.quantizableNodes(graph), weights, activations));
    }

    @Test
    void eight_bit_codes_of_weights_are_levels_of_their_grid() {
        for (WeightGrid grid : WeightGrid.values()) {
            Graph quantized = quantized(grid, ActivationGrid.UINT8);
            for (String name : List.of("w1_int8", "w2_int8")) {
                Tensor codes = quantized.constant(name).orElseThrow();
                assertThat(codes.dtype()).isEqualTo(DType.INT8);
                Set<Long> used = new TreeSet<>();
                for (long code : codes.toLongs()) {
                    assertThat((long) grid.nearest((double) code)).isEqualTo(code);
                    used.add(code);
                }
                assertThat(used).hasSizeGreaterThan(5);
            }
        }
    }

    @Test
    void finer_grids_lose_less() {
        Map<WeightGrid, Double> errors = new HashMap<>();
        for (WeightGrid grid : WeightGrid.values()) {
            errors.put(grid, error(quantized(grid, ActivationGrid.UINT8)));
        }
        assertThat(errors.get(WeightGrid.INT8)).isLessThan(errors.get(WeightGrid.LOG5) / 4);
        assertThat(errors.get(WeightGrid.LOG5)).isLessThan(errors.get(WeightGrid.LOG4));
        assertThat(errors.get(WeightGrid.INT4)).isLessThan(errors.get(WeightGrid.LOG4));
    }

    @Test
    void only_nodes_that_are_named_get_the_grid() {
        Graph quantized = Quantizer.quantize(
                graph,
                QuantizationPlan.plain(ranges),
                Set.of(),
                Levels.of(List.of("second"), WeightGrid.INT4, ActivationGrid.UINT8));
        assertThat(quantized.constant("w1_int8").orElseThrow().toLongs()).contains(127L);
        assertThat(java.util.Arrays.stream(
                        quantized.constant("w2_int8").orElseThrow().toLongs()))
                .allMatch(code -> Math.abs(code) <= 7);
    }

    @Test
    void int8_levels_are_what_the_quantizer_always_made() {
        Graph plain = Quantizer.quantize(graph, ranges, Set.of());
        Graph named = quantized(WeightGrid.INT8, ActivationGrid.UINT8);
        assertThat(named.constants().keySet()).isEqualTo(plain.constants().keySet());
        plain.constants()
                .forEach((name, value) ->
                        assertThat(named.constant(name).orElseThrow().bytes()).isEqualTo(value.bytes()));
    }

    @Test
    void log_activations_are_half_octaves_apart_and_become_a_table() {
        Graph quantized = quantized(WeightGrid.INT8, ActivationGrid.LOG);
        Node level = quantized.nodes().stream()
                .filter(node -> node.name().equals("relu_level_code"))
                .findFirst()
                .orElseThrow();
        Set<Long> codes = new TreeSet<>();
        for (Map<String, Tensor> sample : samples) {
            ReferenceEvaluator.run(quantized, sample, (name, value) -> {
                if (name.equals(level.output())) {
                    for (long code : value.toLongs()) {
                        codes.add(code);
                    }
                }
            });
        }
        assertThat(codes).isSubsetOf(0L, 1L, 2L, 3L, 4L, 6L, 8L, 11L, 16L, 23L, 32L, 45L, 64L, 91L, 128L, 181L, 255L);
        assertThat(codes).contains(0L, 45L, 64L, 91L, 128L);
        // The model's input is not moved: it keeps its 256 levels, and so does what may be negative.
        assertThat(quantized.nodes().stream().filter(node -> node.name().endsWith("_level_code")))
                .hasSize(1);
        Graph fused = Compiler.fuse(quantized);
        assertThat(Compiler.lower(fused).steps().stream()
                        .map(step -> step.kernel().getClass().getSimpleName()))
                .contains("Lut");
    }

    @Test
    void log_activations_lose_some_and_not_all() {
        double plain = error(quantized(WeightGrid.INT8, ActivationGrid.UINT8));
        double logs = error(quantized(WeightGrid.INT8, ActivationGrid.LOG));
        double finer = error(quantized(WeightGrid.INT8, ActivationGrid.LOG5));
        assertThat(finer).isGreaterThan(plain).isLessThan(logs / 2);
        assertThat(logs).isLessThan(0.02);
    }

    /** Squared error of the output as a share of its square, over the samples. */
    private double error(Graph quantized) {
        double signal = 0;
        double noise = 0;
        for (Map<String, Tensor> sample : samples) {
            Tensor wanted = ReferenceEvaluator.run(graph, sample).get("second");
            Tensor found = ReferenceEvaluator.run(quantized, sample).get("second");
            for (int i = 0; i < wanted.elements(); i++) {
                signal += Math.pow(wanted.getDouble(i), 2);
                noise += Math.pow(wanted.getDouble(i) - found.getDouble(i), 2);
            }
        }
        return noise / signal;
    }
}
