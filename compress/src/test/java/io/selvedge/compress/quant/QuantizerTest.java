package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Resize;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuantizerTest {
    private static final TensorType INPUT = TensorType.of(DType.FLOAT32, 1, 3, 4, 4);

    /** Two convolutions with a resize by 2 between them, in 8 bits and lowered as far as operators. */
    private static Graph fused(Resize.Mode mode) {
        Random random = new Random(3);
        GraphBuilder g = new GraphBuilder("resized");
        g.input("x", INPUT);
        Conv conv = new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1);
        Tensor weights = Tensor.filled(TensorType.of(DType.FLOAT32, 3, 3, 1, 1), _ -> random.nextGaussian());
        String w = g.constant("w", weights);
        String scales = g.constant("scales", Tensor.floats(new float[] {1, 1, 2, 2}, 4));
        String small = g.add("small", conv, "x", w);
        Resize resize = new Resize(mode, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);
        String large = g.add("large", resize, small, "", scales);
        g.output(g.add("y", conv, large, w));
        Graph graph = g.build();
        Tensor sample = Tensor.filled(INPUT, _ -> random.nextGaussian());
        Ranges ranges = Calibrator.calibrate(graph, List.of(Map.of("x", sample)), _ -> {});
        return Compiler.fuse(Quantizer.quantize(graph, ranges, Set.of()));
    }

    private static DType resized(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.op() instanceof Resize)
                .map(node -> graph.type(node.input(0)).dtype())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_resize_that_copies_elements_stays_in_eight_bits() {
        assertThat(resized(fused(Resize.Mode.NEAREST))).isEqualTo(DType.UINT8);
    }

    @Test
    void a_resize_that_interpolates_is_computed_in_float() {
        assertThat(resized(fused(Resize.Mode.LINEAR))).isEqualTo(DType.FLOAT32);
    }
}
