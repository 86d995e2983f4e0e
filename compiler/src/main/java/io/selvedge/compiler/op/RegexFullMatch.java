package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
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
 * Whether the whole of each string matches a regular expression of RE2's syntax; bool. It is matched in linear time, so that a
 * pattern in a file cannot keep a machine busy.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RegexFullMatch.html">ONNX RegexFullMatch</a>
 */
public record RegexFullMatch(String pattern) implements Op {
    static Op read(OpCall call) {
        String pattern = call.attributes().text("pattern", "");
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "pattern '" + pattern + "' is no regular expression: " + e.getMessage(),
                    e);
        }
        return new RegexFullMatch(pattern);
    }

    @Override
    public String type() {
        return "RegexFullMatch";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("pattern", pattern);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(
                DType.BOOL, Operands.strings(required(inputs, 0, "X")).shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Pattern compiled = Pattern.compile(pattern);
        return List.of(Tensor.integers(
                new TensorType(DType.BOOL, x.shape()),
                i -> compiled.matcher(x.getText(i)).matches() ? 1 : 0));
    }
}
