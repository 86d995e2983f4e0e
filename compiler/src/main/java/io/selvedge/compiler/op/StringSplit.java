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
import java.util.stream.LongStream;

/**
 * Cuts each string at a delimiter, or at runs of blanks where the delimiter is empty. Outputs: Y, X's shape with an axis of
 * parts behind it, filled up with empty strings; Z int64, the number of parts of each string. X must be constant because it
 * decides the output's shape.
 *
 * @param mostSplits how often a string is cut at most; negative without limit
 * @see <a href="https://onnx.ai/onnx/operators/onnx__StringSplit.html">ONNX StringSplit</a>
 */
public record StringSplit(String delimiter, int mostSplits) implements Op {
    static Op read(OpCall call) {
        int most = call.attributes().index("maxsplit", -1);
        if (call.attributes().has("maxsplit") && most < 0) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "maxsplit is " + most + "; it must not be negative");
        }
        return new StringSplit(call.attributes().text("delimiter", ""), most);
    }

    @Override
    public String type() {
        return "StringSplit";
    }

    @Override
    public Map<String, Object> attributes() {
        return mostSplits < 0
                ? Attributes.map("delimiter", delimiter)
                : Attributes.map("delimiter", delimiter, "maxsplit", (long) mostSplits);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        Operands.strings(required(inputs, 0, "X"));
        return evaluate(List.of(Optional.of(Operands.known(constants, 0, "X")))).stream()
                .map(Tensor::type)
                .toList();
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        List<List<String>> parts = x.toTexts().stream().map(this::split).toList();
        int width = parts.stream().mapToInt(List::size).max().orElse(0);
        Shape shape =
                Shape.of(LongStream.concat(Arrays.stream(x.shape().extents()).asLongStream(), LongStream.of(width))
                        .toArray());
        Tensor y = Tensor.texts(shape, i -> {
            List<String> row = parts.get(i / width);
            return i % width < row.size() ? row.get(i % width) : "";
        });
        return List.of(
                y,
                Tensor.integers(
                        new TensorType(DType.INT64, x.shape()),
                        i -> parts.get(i).size()));
    }

    private List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        boolean blanks = delimiter.isEmpty();
        String rest = blanks ? text.stripLeading() : text;
        while (!blanks || !rest.isEmpty()) {
            int cut = blanks ? firstBlank(rest) : rest.indexOf(delimiter);
            if (cut < 0 || parts.size() == mostSplits) {
                parts.add(rest);
                break;
            }
            parts.add(rest.substring(0, cut));
            rest = blanks ? rest.substring(cut).stripLeading() : rest.substring(cut + delimiter.length());
        }
        return parts;
    }

    private static int firstBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }
}
