package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Training form of {@link Dropout}: {@code Y = X / (1 - ratio)} where a random mask is true, else 0. Inputs: X, ratio (0.5),
 * training_mode; outputs Y, mask. The numbers are those of NumPy's generator for the seed.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Dropout.html">ONNX Dropout</a>
 */
public record TrainingDropout(long seed) implements Op {
    @Override
    public String type() {
        return "Dropout";
    }

    @Override
    public boolean isRandom() {
        return true;
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("seed", seed);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        return List.of(x, new TensorType(DType.BOOL, x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType mask = new TensorType(DType.BOOL, x.shape());
        double ratio = optional(inputs, 1).map(given -> given.getDouble(0)).orElse(0.5);
        boolean trains = optional(inputs, 2).map(given -> given.getLong(0) != 0).orElse(false);
        if (!(ratio >= 0 && ratio < 1)) {
            throw new SelvedgeException(ErrorCode.BAD_DATA, "Dropout's ratio is " + ratio + "; it must be in [0, 1)");
        }
        if (!trains || ratio == 0) {
            return List.of(x, Tensor.integers(mask, _ -> 1));
        }
        MersenneTwister random = new MersenneTwister((int) seed);
        Tensor kept = Tensor.integers(mask, _ -> random.uniform() >= ratio ? 1 : 0);
        double scale = 1 / (1 - ratio);
        return List.of(Tensor.filled(x.type(), i -> kept.getLong(i) * x.getDouble(i) * scale), kept);
    }
}
