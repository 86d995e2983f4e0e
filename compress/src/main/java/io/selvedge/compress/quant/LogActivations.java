package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import java.util.Set;

/**
 * Moves 8-bit codes q of activations to the levels 0 and {@code 2^(k/n)}, n to an octave, in plain ONNX: between a DequantizeLinear and
 * a further pair of the same scale s stand {@code s * (2^(1/n))^round(n log2 (x / s))} as Div, Log, Mul, Round, Pow and Mul. No whole q is so near
 * to the middle of two levels that float errors could decide, and 0 becomes minus infinity and 0 again, so every runtime
 * computes the same codes; here the chain becomes a table of 256 bytes.
 */
final class LogActivations {
    private final Graph graph;
    private final float levelsPerOctave;
    private final GraphBuilder builder;

    private LogActivations(Graph graph, ActivationGrid grid) {
        this.graph = graph;
        this.levelsPerOctave = grid.levelsPerOctave();
        this.builder = new GraphBuilder(graph.name());
    }

    /** @param values whose QuantizeLinear, called so, has the zero point 0 */
    static Graph insert(Graph graph, Set<String> values, ActivationGrid grid) {
        return new LogActivations(graph, grid).build(values);
    }

    private Graph build(Set<String> values) {
        builder.reserve(graph.types().keySet());
        graph.inputs().forEach(input -> builder.input(input, graph.type(input)));
        graph.constants().forEach(builder::namedConstant);
        for (Node node : graph.nodes()) {
            String value = node.name().replaceFirst("_DequantizeLinear$", "");
            if (values.contains(value) && node.op().type().equals("DequantizeLinear")) {
                onLevels(value, node);
            } else {
                builder.add(node);
            }
        }
        graph.outputs().forEach(builder::output);
        return builder.build();
    }

    private void onLevels(String value, Node dequantize) {
        String scale = dequantize.input(1);
        String zero = dequantize.input(2);
        String real = builder.fresh(value + "_linear");
        builder.add(new Node(dequantize.name(), dequantize.op(), dequantize.inputs(), List.of(real)));
        String steps = builder.constant(
                value + "_levels_per_log", Tensor.floats(new float[] {(float) (levelsPerOctave / Math.log(2))}));
        String base = builder.constant(value + "_level_ratio", Tensor.floats(new float[] {
            (float) Math.pow(2, 1 / levelsPerOctave)
        }));
        String share = builder.add(value + "_share", new Binary(Binary.Kind.DIV), real, scale);
        String log = builder.add(value + "_log", new Unary(Unary.Kind.LOG), share);
        String stepsUp = builder.add(value + "_steps", new Binary(Binary.Kind.MUL), log, steps);
        String whole = builder.add(value + "_step", new Unary(Unary.Kind.ROUND), stepsUp);
        String power = builder.add(value + "_power", new Binary(Binary.Kind.POW), base, whole);
        String level = builder.add(value + "_level", new Binary(Binary.Kind.MUL), power, scale);
        String again = builder.add(value + "_level_code", new QuantizeLinear(1), level, scale, zero);
        builder.add(new Node(
                value + "_level_DequantizeLinear",
                new DequantizeLinear(1),
                List.of(again, scale, zero),
                List.of(dequantize.output())));
    }
}
