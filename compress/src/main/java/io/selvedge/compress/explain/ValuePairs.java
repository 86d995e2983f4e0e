package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compress.quant.TensorQuantizer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Quantisers of a compressed graph by the original's activation that they quantise. */
final class ValuePairs {
    private ValuePairs() {}

    /** By what paired layers read, by equal names, and at the outputs by position. */
    static Map<String, TensorQuantizer> of(Graph original, Graph compressed, LayerPairs layers) {
        Map<String, Node> producers = compressed.producers();
        Map<String, TensorQuantizer> pairs = new LinkedHashMap<>();
        for (LayerPairs.Pair pair : layers.pairs()) {
            pair.compressed()
                    .input()
                    .ifPresent(q -> pairs.putIfAbsent(pair.original().node().input(0), q));
        }
        for (Node node : compressed.nodes()) {
            if (node.op().type().equals("DequantizeLinear")) {
                TensorQuantizer.behind(compressed, producers, node.output())
                        .filter(q -> original.types().containsKey(q.source())
                                && original.type(q.source()).equals(compressed.type(q.source())))
                        .ifPresent(q -> pairs.putIfAbsent(q.source(), q));
            }
        }
        for (int i = 0; i < original.outputs().size(); i++) {
            String output = original.outputs().get(i);
            TensorQuantizer.behind(compressed, producers, compressed.outputs().get(i))
                    .ifPresent(q -> pairs.putIfAbsent(output, q));
        }
        return pairs;
    }
}
