package io.selvedge.compress.plugin;

import io.selvedge.compiler.onnx.PluginFunction.Argument;
import io.selvedge.compiler.onnx.PluginFunction.Kind;
import io.selvedge.compiler.onnx.PluginFunction.Parameter;
import io.selvedge.compress.data.Yaml;
import io.selvedge.compress.data.YamlKeys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Attributes in a YAML function. A value's kind is what it looks like: {@code 1} is an int, {@code 1.0} a float, {@code [1, 2]}
 * ints, anything else a string; {@code {type: float, value: 1}} says it.
 */
final class AttributeText {
    private static final Set<String> KINDS = Arrays.stream(Kind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private final Path file;
    private final String name;

    private AttributeText(Path file, String name) {
        this.file = file;
        this.name = name;
    }

    /** What the function takes: a default, {@code {type: T}} or {@code {type: T, default: V}}. */
    static Parameter parameter(Path file, String name, Yaml value) {
        AttributeText text = new AttributeText(file, name);
        if (!(value instanceof Yaml.Mapping)) {
            Kind kind = text.kind(value);
            return new Parameter(kind, Optional.of(text.value(kind, value)));
        }
        YamlKeys keys = new YamlKeys(file, text.where(), value, Set.of("type", "default"));
        Kind kind = text.kind(keys);
        return new Parameter(kind, keys.value("default").map(otherwise -> text.value(kind, otherwise)));
    }

    /** What a node has: a value, {@code {ref: NAME}} or {@code {type: T, value: V}}. */
    static Argument argument(Path file, String name, Yaml value) {
        AttributeText text = new AttributeText(file, name);
        if (!(value instanceof Yaml.Mapping)) {
            return new Argument.Constant(text.value(text.kind(value), value));
        }
        YamlKeys keys = new YamlKeys(file, text.where(), value, Set.of("ref", "type", "value"));
        return keys.has("ref")
                ? new Argument.Reference(keys.text("ref"))
                : new Argument.Constant(text.value(text.kind(keys), keys.required("value")));
    }

    private String where() {
        return "attribute '" + name + "'";
    }

    private Kind kind(YamlKeys keys) {
        keys.required("type");
        return Kind.valueOf(keys.word("type", KINDS, "").toUpperCase(Locale.ROOT));
    }

    private Kind kind(Yaml value) {
        if (value instanceof Yaml.Sequence(List<Yaml> items, int _)) {
            List<Kind> kinds = items.stream().map(this::kind).distinct().toList();
            return kinds.equals(List.of(Kind.INT))
                    ? Kind.INTS
                    : !kinds.isEmpty() && Set.of(Kind.INT, Kind.FLOAT).containsAll(kinds) ? Kind.FLOATS : Kind.STRINGS;
        }
        String text = text(value);
        return isLong(text) ? Kind.INT : isFloat(text) ? Kind.FLOAT : Kind.STRING;
    }

    private Object value(Kind kind, Yaml value) {
        try {
            return switch (kind) {
                case INT -> Long.valueOf(text(value));
                case FLOAT -> Float.valueOf(text(value));
                case STRING -> text(value);
                case INTS -> texts(value).stream().mapToLong(Long::parseLong).toArray();
                case FLOATS -> {
                    List<String> texts = texts(value);
                    float[] floats = new float[texts.size()];
                    for (int i = 0; i < floats.length; i++) {
                        floats[i] = Float.parseFloat(texts.get(i));
                    }
                    yield floats;
                }
                case STRINGS -> texts(value).toArray(String[]::new);
            };
        } catch (NumberFormatException e) {
            throw Yaml.at(
                    file,
                    value.line(),
                    where() + " must be " + kind.name().toLowerCase(Locale.ROOT)
                            + "; a number is missing or malformed (" + e.getMessage() + ")");
        }
    }

    private List<String> texts(Yaml value) {
        if (value instanceof Yaml.Sequence(List<Yaml> items, int _)) {
            return items.stream().map(this::text).toList();
        }
        throw Yaml.at(file, value.line(), where() + " must be a list like [1, 2]");
    }

    private String text(Yaml value) {
        if (value instanceof Yaml.Scalar(String text, int _)) {
            return text;
        }
        throw Yaml.at(file, value.line(), where() + " must be a single value");
    }

    private static boolean isLong(String text) {
        return text.matches("[-+]?\\d{1,18}");
    }

    private static boolean isFloat(String text) {
        return text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    }
}
