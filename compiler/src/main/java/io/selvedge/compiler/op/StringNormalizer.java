package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Removes stop words and then changes the case of what is left. X and Y are strings, [C] or [1,C]; Y is one empty string
 * where nothing is left. With stop words X must be constant because it decides the output's shape.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__StringNormalizer.html">ONNX StringNormalizer</a>
 */
public record StringNormalizer(Action action, boolean caseSensitive, String locale, List<String> stopwords)
        implements Op {
    /** What happens to the case of letters. */
    public enum Action {
        LOWER,
        UPPER,
        NONE
    }

    public StringNormalizer {
        stopwords = List.copyOf(stopwords);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        String action = attributes.text("case_change_action", "NONE");
        if (!List.of("LOWER", "UPPER", "NONE").contains(action)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "case_change_action '" + action + "' is not known; use LOWER, UPPER or NONE");
        }
        return new StringNormalizer(
                Action.valueOf(action),
                attributes.flag("is_case_sensitive", false),
                attributes.text("locale", "en_US"),
                attributes.texts("stopwords"));
    }

    @Override
    public String type() {
        return "StringNormalizer";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "case_change_action",
                action.name(),
                "is_case_sensitive",
                caseSensitive ? 1L : 0L,
                "locale",
                locale,
                "stopwords",
                stopwords.toArray(String[]::new));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = Operands.strings(required(inputs, 0, "X"));
        Shape shape = x.shape();
        shapes(
                shape.rank() == 1 || (shape.rank() == 2 && shape.extent(0) == 1),
                "needs strings [C] or [1,C], got %s",
                x);
        if (stopwords.isEmpty() && shape.elements() > 0) {
            return List.of(x);
        }
        return List.of(evaluate(List.of(Optional.of(Operands.known(constants, 0, "X"))))
                .getFirst()
                .type());
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Locale rules = Locale.forLanguageTag(locale.replace('_', '-'));
        List<String> stop = caseSensitive
                ? stopwords
                : stopwords.stream().map(word -> word.toLowerCase(rules)).toList();
        List<String> kept = new ArrayList<>();
        for (String word : x.toTexts()) {
            if (!stop.contains(caseSensitive ? word : word.toLowerCase(rules))) {
                kept.add(
                        switch (action) {
                            case LOWER -> word.toLowerCase(rules);
                            case UPPER -> word.toUpperCase(rules);
                            case NONE -> word;
                        });
            }
        }
        if (kept.isEmpty()) {
            kept.add("");
        }
        long[] extents = x.shape().rank() == 1 ? new long[] {kept.size()} : new long[] {1, kept.size()};
        return List.of(Tensor.texts(kept, extents));
    }
}
