package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.program.ElementWise;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which activations are held in 8 bits. Convolutions and matrix products with constant weights anchor the decision:
 * their inputs and their results (behind a Relu or Clip) are quantised; sums and products of quantised values, pools and
 * movements of them follow. Element-wise chains over one quantised value stay in float between its DequantizeLinear and the next
 * QuantizeLinear: they become a table.
 */
final class QuantizedValues {
    private static final Set<String> SAME_SCALE =
            Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "MaxPool", "Concat", "Identity");
    private static final Set<String> AVERAGES = Set.of("AveragePool", "GlobalAveragePool");

    private final Graph graph;
    private final Set<String> keepFloat;
    private final Map<String, List<Node>> consumers;
    private final Set<String> quantized = new LinkedHashSet<>();
    private final Map<String, Set<String>> leaves = new HashMap<>();
    private final Map<String, String> sameScaleAs = new HashMap<>();

    QuantizedValues(Graph graph, Set<String> keepFloat) {
        this.graph = graph;
        this.keepFloat = keepFloat;
        this.consumers = graph.consumers();
        for (Node node : graph.nodes()) {
            visit(node);
        }
    }

    /** Names of the values that get a QuantizeLinear and DequantizeLinear. */
    Set<String> names() {
        return quantized;
    }

    /** Representative of the values that must share scale and zero point with this one. */
    String scaleGroup(String value) {
        String current = value;
        while (sameScaleAs.containsKey(current)) {
            current = sameScaleAs.get(current);
        }
        return current;
    }

    /** A node whose weights are quantised: Conv or Gemm over constant weights that is not kept in float. */
    boolean isAnchor(Node node) {
        return !keepFloat.contains(node.name()) && Quantizer.isQuantizable(graph, node);
    }

    private void visit(Node node) {
        String type = node.op().type();
        String out = node.output();
        if (!isFloat(out)) {
            return;
        }
        if (isAnchor(node)) {
            quantize(node.input(0));
            quantize(behindClamp(out));
        } else if (movesElements(node) && node.outputs().size() == 1) {
            int data = type.equals("Concat") ? node.inputs().size() : 1;
            if (node.inputs().subList(0, data).stream().allMatch(quantized::contains)) {
                quantize(out);
                node.inputs().subList(0, data).forEach(input -> join(input, out));
            }
        } else if (AVERAGES.contains(type)) {
            if (quantized.contains(node.input(0))) {
                quantize(out);
            }
        } else if (node.op() instanceof ElementWise && !quantized.contains(out)) {
            elementWise(node);
        }
    }

    private static boolean movesElements(Node node) {
        return SAME_SCALE.contains(node.op().type()) || node.op() instanceof Resize resize && resize.copiesElements();
    }

    private void elementWise(Node node) {
        Set<String> all = new LinkedHashSet<>();
        boolean mixed = false;
        boolean floatOperand = false;
        for (String input : node.inputs()) {
            if (input.isEmpty() || graph.isConstant(input)) {
                continue;
            }
            Set<String> own = quantized.contains(input) ? Set.of(input) : leaves.getOrDefault(input, Set.of());
            floatOperand |= own.isEmpty();
            mixed |= !all.isEmpty() && !own.equals(all);
            all.addAll(own);
        }
        if (floatOperand || all.isEmpty()) {
            return;
        }
        if (mixed) {
            node.inputs().stream()
                    .filter(input -> !input.isEmpty() && !graph.isConstant(input))
                    .forEach(this::quantize);
            quantize(behindClamp(node.output()));
        } else {
            leaves.put(node.output(), all);
        }
    }

    /** The value behind a Relu or Clip that is the only reader, else the value itself. */
    private String behindClamp(String value) {
        List<Node> readers = consumers.getOrDefault(value, List.of());
        boolean single = readers.size() == 1 && !graph.outputs().contains(value);
        if (single && Set.of("Relu", "Clip").contains(readers.getFirst().op().type())) {
            return readers.getFirst().output();
        }
        return value;
    }

    private void quantize(String value) {
        if (!graph.isConstant(value) && isFloat(value)) {
            quantized.add(value);
        }
    }

    private void join(String a, String b) {
        String first = scaleGroup(a);
        String second = scaleGroup(b);
        if (!first.equals(second)) {
            sameScaleAs.put(second, first);
        }
    }

    private boolean isFloat(String value) {
        return graph.type(value).dtype() == DType.FLOAT32;
    }
}
