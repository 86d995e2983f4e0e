package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Counts of the n-grams of a pool in each row of integers or strings, skips between the members allowed; as they are (TF), 1 where
 * there is any times the weight (IDF), or count times weight (TFIDF). X [C] or [N,C], Y [columns] or [N,columns], f32.
 *
 * @param starts where the n-grams of each length begin in the pool
 * @param columns output column of each n-gram
 * @see <a href="https://onnx.ai/onnx/operators/onnx__TfIdfVectorizer.html">ONNX TfIdfVectorizer</a>
 */
public record TfIdfVectorizer(
        String mode,
        int shortest,
        int longest,
        int skips,
        List<?> pool,
        List<Integer> starts,
        List<Integer> columns,
        List<Float> weights)
        implements Op, Lowerable {
    public TfIdfVectorizer {
        pool = List.copyOf(pool);
        starts = List.copyOf(starts);
        columns = List.copyOf(columns);
        weights = List.copyOf(weights);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        List<?> pool = attributes.has("pool_strings")
                ? attributes.texts("pool_strings")
                : attributes.integers("pool_int64s").stream()
                        .map(Integer::longValue)
                        .toList();
        String mode = attributes.text("mode", "");
        if (!List.of("TF", "IDF", "TFIDF").contains(mode)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "mode '" + mode + "' is not known; use TF, IDF or TFIDF");
        }
        List<Integer> columns = attributes.integers("ngram_indexes");
        List<Float> weights = new ArrayList<>(Collections.nCopies(columns.size(), 1f));
        attributes.floats("weights").ifPresent(given -> {
            shapes(
                    given.length == columns.size(),
                    "needs a weight for each of %s n-grams, got %s",
                    columns.size(),
                    given.length);
            for (int i = 0; i < given.length; i++) {
                weights.set(i, given[i]);
            }
        });
        return new TfIdfVectorizer(
                mode,
                attributes.index("min_gram_length"),
                attributes.index("max_gram_length"),
                attributes.index("max_skip_count"),
                pool,
                attributes.integers("ngram_counts"),
                columns,
                weights);
    }

    private boolean isOfTexts() {
        return !pool.isEmpty() && pool.getFirst() instanceof String;
    }

    @Override
    public String type() {
        return "TfIdfVectorizer";
    }

    @Override
    public Map<String, Object> attributes() {
        float[] given = new float[weights.size()];
        for (int i = 0; i < given.length; i++) {
            given[i] = weights.get(i);
        }
        return Attributes.map(
                "mode",
                mode,
                "min_gram_length",
                (long) shortest,
                "max_gram_length",
                (long) longest,
                "max_skip_count",
                (long) skips,
                isOfTexts() ? "pool_strings" : "pool_int64s",
                isOfTexts()
                        ? pool.toArray(String[]::new)
                        : pool.stream().mapToLong(number -> (Long) number).toArray(),
                "ngram_counts",
                Attributes.array(starts),
                "ngram_indexes",
                Attributes.array(columns),
                "weights",
                given);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        if ((x.dtype() == DType.STRING) != isOfTexts()) {
            throw new SelvedgeException(
                    ErrorCode.DTYPE_MISMATCH,
                    "counts " + (isOfTexts() ? "strings" : "integers") + " as its pool has them, got " + x);
        }
        shapes(x.shape().rank() == 1 || x.shape().rank() == 2, "needs X [C] or [N,C], got %s", x);
        int width = Collections.max(columns) + 1;
        return List.of(
                x.shape().rank() == 1
                        ? TensorType.of(DType.FLOAT32, width)
                        : TensorType.of(DType.FLOAT32, x.shape().extent(0), width));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int width = type.shape().extent(type.shape().rank() - 1);
        int count = x.shape().extent(x.shape().rank() - 1);
        List<?> values = x.dtype() == DType.STRING
                ? x.toTexts()
                : Arrays.stream(x.toLongs()).boxed().toList();
        double[] y = new double[Math.toIntExact(type.shape().elements())];
        for (int row = 0; row < y.length / width; row++) {
            List<?> terms = values.subList(row * count, (row + 1) * count);
            for (Gram gram : grams()) {
                int found = occurrences(terms, gram.first(), gram.terms());
                double times = mode.equals("IDF") ? Math.min(found, 1) : found;
                y[row * width + gram.column()] = times * (mode.equals("TF") ? 1 : gram.weight());
            }
        }
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    /** One n-gram of a length that counts: where in the pool it begins, its terms, its column. */
    private record Gram(int first, int terms, int column, float weight) {}

    private List<Gram> grams() {
        List<Gram> grams = new ArrayList<>();
        int gram = 0;
        for (int n = 1; n <= starts.size(); n++) {
            int end = n < starts.size() ? starts.get(n) : pool.size();
            for (int at = starts.get(n - 1); at < end; at += n, gram++) {
                if (n >= shortest && n <= longest) {
                    grams.add(new Gram(at, n, columns.get(gram), weights.get(gram)));
                }
            }
        }
        return grams;
    }

    private int occurrences(List<?> row, int at, int n) {
        int found = 0;
        for (int skip = 1; skip <= (n == 1 ? 1 : skips + 1); skip++) {
            for (int start = 0; start + (n - 1) * skip < row.size(); start++) {
                boolean same = true;
                for (int k = 0; k < n; k++) {
                    same &= row.get(start + k * skip).equals(pool.get(at + k));
                }
                found += same ? 1 : 0;
            }
        }
        return found;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType x = builder.graph().type(node.input(0));
        int[] y = builder.extents(node.output());
        int count = x.shape().extent(x.shape().rank() - 1);
        List<Gram> grams = grams();
        float[] factors = new float[grams.size()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = grams.get(i).weight();
        }
        Routines.callOn(
                builder,
                node.output(),
                "tf_idf",
                "sv_tf_idf",
                List.of(
                        Routines.operand(builder, node.input(0)),
                        Routines.longs(
                                builder,
                                node.name() + ".pool",
                                pool.stream().mapToLong(term -> (Long) term).toArray()),
                        Routines.longs(
                                builder,
                                node.name() + ".grams",
                                grams.stream()
                                        .flatMapToLong(gram -> LongStream.of(gram.first(), gram.terms(), gram.column()))
                                        .toArray()),
                        new Kernel.Operand(
                                builder.weight(node.name() + ".weights", WeightPacking.vector(factors)), true, 0)),
                x.dtype(),
                y.length == 1 ? 1 : y[0],
                count,
                grams.size(),
                y[y.length - 1],
                skips,
                List.of("TF", "IDF", "TFIDF").indexOf(mode));
    }
}
