package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/**
 * Random numbers: uniform between two bounds, normal, 0 or 1 with the probability that X gives (Bernoulli), or indices drawn
 * by the log-probabilities that X [N,classes] gives (Multinomial). Every run draws the same numbers, those of NumPy's
 * generator for the seed; a node without a seed has one that follows from its name.
 *
 * @param shape where no input gives it
 * @param first lower bound or mean
 * @param second upper bound or deviation
 * @param samples indices that Multinomial draws in a row
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RandomUniform.html">ONNX RandomUniform</a>
 */
public record RandomNumbers(
        Kind kind, DType dtype, Optional<Shape> shape, float first, float second, int samples, int seed) implements Op {
    /** Which numbers. */
    public enum Kind {
        UNIFORM("RandomUniform"),
        UNIFORM_LIKE("RandomUniformLike"),
        NORMAL("RandomNormal"),
        NORMAL_LIKE("RandomNormalLike"),
        BERNOULLI("Bernoulli"),
        MULTINOMIAL("Multinomial");

        private final String onnx;

        Kind(String onnx) {
            this.onnx = onnx;
        }

        private boolean isUniform() {
            return this == UNIFORM || this == UNIFORM_LIKE;
        }
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        Kind kind = Arrays.stream(Kind.values())
                .filter(known -> known.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type()));
        boolean standsAlone = kind == Kind.UNIFORM || kind == Kind.NORMAL;
        DType otherwise = switch (kind) {
            case UNIFORM, NORMAL -> DType.FLOAT32;
            case UNIFORM_LIKE, NORMAL_LIKE, BERNOULLI -> call.inputType(0).dtype();
            case MULTINOMIAL -> DType.INT32;
        };
        int samples = attributes.index("sample_size", 1);
        if (samples < 1) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "sample_size is " + samples + "; it must be positive");
        }
        return new RandomNumbers(
                kind,
                dtype(attributes, otherwise),
                standsAlone ? Optional.of(shape(attributes)) : Optional.empty(),
                attributes.number(kind.isUniform() ? "low" : "mean", 0),
                attributes.number(kind.isUniform() ? "high" : "scale", 1),
                samples,
                // Seeds are floats in the file; 24 bits are what one holds.
                attributes.has("seed")
                        ? (int) attributes.number("seed", 0)
                        : call.name().hashCode() & 0xffffff);
    }

    private static DType dtype(Attributes attributes, DType otherwise) {
        int code = attributes.index("dtype", otherwise.onnxCode());
        return DType.ofOnnxCode(code)
                .filter(dtype -> dtype != DType.STRING)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE, "draws ONNX element type " + code + ", which is not supported"));
    }

    private static Shape shape(Attributes attributes) {
        List<Integer> extents = attributes.integers("shape");
        if (extents.stream().anyMatch(extent -> extent < 0)) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "shape " + extents + " has a negative extent");
        }
        return Shape.of(extents.stream().mapToLong(extent -> extent).toArray());
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public boolean isRandom() {
        return true;
    }

    @Override
    public Map<String, Object> attributes() {
        List<Object> pairs = new ArrayList<>(List.of("dtype", (long) dtype.onnxCode(), "seed", (float) seed));
        shape.ifPresent(extents -> pairs.addAll(
                List.of("shape", Arrays.stream(extents.extents()).asLongStream().toArray())));
        switch (kind) {
            case UNIFORM, UNIFORM_LIKE -> pairs.addAll(List.of("low", first, "high", second));
            case NORMAL, NORMAL_LIKE -> pairs.addAll(List.of("mean", first, "scale", second));
            case MULTINOMIAL -> pairs.addAll(List.of("sample_size", (long) samples));
            case BERNOULLI -> {}
        }
        return Attributes.map(pairs.toArray());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        Shape y = shape.orElseGet(() -> required(inputs, 0, "X").shape());
        if (kind == Kind.MULTINOMIAL) {
            Operands.shapes(y.rank() == 2 && y.extent(1) > 0, "needs X [N,classes], got %s", y);
            y = Shape.of(y.extent(0), samples);
        }
        return List.of(new TensorType(dtype, y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        TensorType type = infer(inputs.stream().map(x -> x.map(Tensor::type)).toList(), List.of())
                .getFirst();
        MersenneTwister random = new MersenneTwister(seed);
        IntToDoubleFunction draw = switch (kind) {
            // The file's bounds are floats, their difference is one too.
            case UNIFORM, UNIFORM_LIKE -> _ -> random.uniform() * (second - first) + first;
            case NORMAL, NORMAL_LIKE -> _ -> random.gaussian() * second + first;
            case BERNOULLI -> {
                Tensor x = required(inputs, 0, "X");
                yield i -> random.bernoulli(x.getDouble(i));
            }
            case MULTINOMIAL -> {
                Tensor x = required(inputs, 0, "X");
                yield i -> random.choice(weights(x, i / samples));
            }
        };
        return List.of(Tensor.filled(type, draw));
    }

    private static double[] weights(Tensor x, int row) {
        int classes = x.shape().extent(1);
        double[] weights = new double[classes];
        Arrays.setAll(weights, i -> x.getDouble(row * classes + i));
        double largest = Arrays.stream(weights).max().orElse(0);
        return Arrays.stream(weights).map(w -> Math.exp(w - largest)).toArray();
    }
}
