package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decision trees that vote for classes: of ai.onnx.ml. X [N,features]; outputs Y [N], the label of the largest score, and Z
 * [N,classes], the scores, transformed. Where all leaves vote for one of two classes, their sum decides: it is a probability
 * when no weight is negative, else it is positive for the second class.
 *
 * @param labels int64 or strings [classes]
 * @param given the attributes of the file, which is what gets written again
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html">ONNX TreeEnsembleClassifier</a>
 */
public record TreeEnsembleClassifier(Attributes given, Forest forest, Tensor labels, PostTransform transform)
        implements Op {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        return new TreeEnsembleClassifier(
                attributes,
                new ForestReader(attributes).readOlder("class"),
                FeatureOperators.labels(attributes, "classlabels_int64s"),
                PostTransform.read(attributes));
    }

    @Override
    public String type() {
        return "TreeEnsembleClassifier";
    }

    @Override
    public String domain() {
        return OpCatalog.ML;
    }

    @Override
    public Map<String, Object> attributes() {
        return given.asMap();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        shapes(x.shape().rank() == 2, "needs X [N,features], got %s", x);
        forest.check(x.shape().extent(1), labels.elements());
        int rows = x.shape().extent(0);
        return List.of(TensorType.of(labels.dtype(), rows), TensorType.of(DType.FLOAT32, rows, labels.elements()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        List<TensorType> types = infer(List.of(Optional.of(x.type())), List.of());
        int classes = labels.elements();
        List<Integer> voted = forest.leaves().stream()
                .flatMap(leaf -> leaf.targets().stream())
                .distinct()
                .toList();
        boolean binary = classes == 2 && voted.size() == 1;
        double[] base = ForestReader.numbers(given, "base_values");
        double[] values = x.toDoubles();
        int width = x.shape().extent(1);
        int[] winners = new int[x.shape().extent(0)];
        List<double[]> rows = new ArrayList<>();
        for (int row = 0; row < winners.length; row++) {
            double[] features = Arrays.copyOfRange(values, row * width, (row + 1) * width);
            double[] scores = forest.scores(features, classes, Forest.Aggregate.SUM);
            if (binary) {
                double score = scores[voted.getFirst()] + (base.length == 0 ? 0 : base[base.length - 1]);
                boolean isProbability = forest.leaves().stream()
                        .flatMap(leaf -> leaf.weights().stream())
                        .allMatch(weight -> weight >= 0);
                winners[row] = score > (isProbability ? 0.5 : 0) ? 1 : 0;
                rows.add(
                        isProbability
                                ? new double[] {1 - score, score}
                                : transform == PostTransform.LOGISTIC
                                        ? transform.apply(new double[] {-score, score})
                                        : new double[] {-score, score});
            } else {
                double[] added = TreeEnsemble.base(given, classes);
                Arrays.setAll(scores, i -> scores[i] + added[i]);
                for (int i = 1; i < classes; i++) {
                    winners[row] = scores[i] > scores[winners[row]] ? i : winners[row];
                }
                rows.add(transform.apply(scores));
            }
        }
        return List.of(
                labels.select(types.getFirst().shape(), winners),
                Tensor.filled(types.getLast(), i -> rows.get(i / classes)[i % classes]));
    }
}
