package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decision trees that give numbers: of ai.onnx.ml, as TreeEnsemble of opset 5 and as the older TreeEnsembleRegressor. X
 * [N,features], Y [N,targets]: the aggregate of the leaves that the row reaches, plus the base values, transformed.
 *
 * @param given the attributes of the file, which is what gets written again
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html">ONNX TreeEnsemble</a>
 */
public record TreeEnsemble(
        String type, Attributes given, Forest forest, int targets, Forest.Aggregate aggregate, PostTransform transform)
        implements Op {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        return new TreeEnsemble(
                call.type(),
                attributes,
                new ForestReader(attributes).read(),
                targets(attributes),
                numbered(Forest.Aggregate.values(), attributes.index("aggregate_function", 1)),
                numbered(PostTransform.values(), attributes.index("post_transform", 0)));
    }

    static Op readRegressor(OpCall call) {
        Attributes attributes = call.attributes();
        String name = attributes.text("aggregate_function", "SUM");
        Forest.Aggregate aggregate = Arrays.stream(Forest.Aggregate.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Forest.bad("has the aggregate_function '" + name + "'"));
        return new TreeEnsemble(
                call.type(),
                attributes,
                new ForestReader(attributes).readOlder("target"),
                targets(attributes),
                aggregate,
                PostTransform.read(attributes));
    }

    private static int targets(Attributes attributes) {
        int targets = attributes.index("n_targets", 1);
        if (targets < 1) {
            throw Forest.bad("has " + targets + " targets");
        }
        return targets;
    }

    private static <T> T numbered(T[] values, int number) {
        if (number < 0 || number >= values.length) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "number " + number + " is not supported; 0 to " + (values.length - 1) + " stand for "
                            + Arrays.toString(values));
        }
        return values[number];
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
        forest.check(x.shape().extent(1), targets);
        // Regressors give float32 for every dtype of X.
        DType dtype = type.equals("TreeEnsemble") ? Operands.floating(x) : DType.FLOAT32;
        return List.of(TensorType.of(dtype, x.shape().extent(0), targets));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        double[] base = base(given, targets);
        double[] y = new double[Math.toIntExact(type.shape().elements())];
        double[] values = x.toDoubles();
        int width = x.shape().extent(1);
        for (int row = 0; row < x.shape().extent(0); row++) {
            double[] features = Arrays.copyOfRange(values, row * width, (row + 1) * width);
            double[] scores = forest.scores(features, targets, aggregate);
            Arrays.setAll(scores, i -> scores[i] + base[i]);
            System.arraycopy(transform.apply(scores), 0, y, row * targets, targets);
        }
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    /** One number a target; zeros where the file has none.
     *  @throws SelvedgeException BAD_ATTRIBUTE for any other count */
    static double[] base(Attributes attributes, int targets) {
        double[] base = ForestReader.numbers(attributes, "base_values");
        if (base.length != 0 && base.length != targets) {
            throw Forest.bad("needs " + targets + " base_values, has " + base.length);
        }
        return base.length == 0 ? new double[targets] : base;
    }
}
