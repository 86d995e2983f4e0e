package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.BatchNormalization;
import java.util.HashSet;
import java.util.Set;

/**
 * {@code mean |gamma|} over the batch norms that the channel passes.
 *
 * @see <a href="https://arxiv.org/abs/1708.06519">Liu et al., Learning Efficient Convolutional Networks through Network Slimming</a>
 */
public record BatchNormGamma() implements Criterion {
    private static final int GAMMA = 1;

    @Override
    public String name() {
        return "gamma";
    }

    @Override
    public double[] scores(Graph graph, Group group) {
        Set<String> norms = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof BatchNormalization) {
                norms.add(node.name());
            }
        }
        Scores weights = new Scores(graph);
        double[] scores = new double[group.slices().size()];
        for (int s = 0; s < scores.length; s++) {
            double sum = 0;
            int count = 0;
            for (Cell cell : group.slices().get(s).cells()) {
                Place place = cell.axis().place();
                if (place.isConstant() && place.input() == GAMMA && norms.contains(place.reader())) {
                    sum += Math.abs(weights.filter(cell.axis(), cell.position())[0]);
                    count++;
                }
            }
            if (count == 0) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "criterion gamma needs a batch norm behind '" + group.name()
                                + "', and there is none (exporters fold them into the convolutions); use l1, l2, median or taylor");
            }
            scores[s] = sum / count;
        }
        return scores;
    }
}
