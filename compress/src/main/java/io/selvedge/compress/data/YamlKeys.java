package io.selvedge.compress.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Typed access to one mapping of a description. Keys outside {@code known} are errors that suggest the nearest known key. */
public final class YamlKeys {
    private final Path file;
    private final String where;
    private final Yaml.Mapping mapping;

    /** @param where how messages call this mapping, e.g. {@code input} */
    public YamlKeys(Path file, String where, Yaml value, Set<String> known) {
        if (!(value instanceof Yaml.Mapping keys)) {
            throw Yaml.at(file, value.line(), where + " must be a mapping of " + sorted(known));
        }
        this.file = file;
        this.where = where;
        this.mapping = keys;
        for (Map.Entry<String, Yaml> entry : keys.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw fault(
                        entry.getValue(),
                        "unknown key '" + entry.getKey() + "' in " + where + "; " + hint(entry.getKey(), known));
            }
        }
    }

    public Path file() {
        return file;
    }

    public boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    public Optional<Yaml> value(String key) {
        return Optional.ofNullable(mapping.entries().get(key));
    }

    public Yaml required(String key) {
        return value(key).orElseThrow(() -> fault(mapping, where + " needs the key '" + key + "'"));
    }

    public String text(String key) {
        return scalar(key, required(key));
    }

    public Optional<String> optionalText(String key) {
        return value(key).map(value -> scalar(key, value));
    }

    /** One of the given words, in any case. */
    public String word(String key, Set<String> words, String fallback) {
        Optional<Yaml> value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        String given = scalar(key, value.get());
        return words.stream()
                .filter(word -> word.equalsIgnoreCase(given))
                .findFirst()
                .orElseThrow(() ->
                        fault(value.get(), "'" + key + "' of " + where + " is '" + given + "'; " + hint(given, words)));
    }

    OptionalInt optionalInt(String key, int minimum) {
        Optional<Yaml> value = value(key);
        return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of(integer(key, value.get(), minimum));
    }

    public int integer(String key, int minimum) {
        return integer(key, required(key), minimum);
    }

    private int integer(String key, Yaml value, int minimum) {
        String text = scalar(key, value);
        try {
            int number = Integer.parseInt(text);
            if (number >= minimum) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same message as a number that is too small.
        }
        throw fault(
                value,
                "'" + key + "' of " + where + " must be a whole number of at least " + minimum + "; got '" + text
                        + "'");
    }

    long longNumber(String key, long fallback) {
        Optional<Yaml> value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        try {
            return Long.parseLong(scalar(key, value.get()));
        } catch (NumberFormatException e) {
            throw fault(value.get(), "'" + key + "' of " + where + " must be a whole number");
        }
    }

    double number(String key, double fallback) {
        Optional<Yaml> value = value(key);
        return value.isEmpty() ? fallback : number(key, value.get());
    }

    /** A number, or a list of one number per channel. */
    List<Double> numbers(String key, double fallback) {
        Optional<Yaml> value = value(key);
        if (value.isEmpty()) {
            return List.of(fallback);
        }
        if (!(value.get() instanceof Yaml.Sequence list)) {
            return List.of(number(key, value.get()));
        }
        List<Double> numbers = new ArrayList<>();
        for (Yaml item : list.items()) {
            numbers.add(number(key, item));
        }
        if (numbers.isEmpty()) {
            throw fault(list, "'" + key + "' of " + where + " is an empty list");
        }
        return numbers;
    }

    private double number(String key, Yaml value) {
        String text = scalar(key, value);
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same message as a number that is not finite.
        }
        throw fault(value, "'" + key + "' of " + where + " must be a finite number; got '" + text + "'");
    }

    public List<String> texts(String key) {
        Yaml value = required(key);
        if (!(value instanceof Yaml.Sequence list)) {
            throw fault(value, "'" + key + "' of " + where + " must be a list like [a, b]");
        }
        return list.items().stream().map(item -> scalar(key, item)).toList();
    }

    int[] positiveInts(String key) {
        List<String> texts = texts(key);
        int[] numbers = new int[texts.size()];
        for (int i = 0; i < numbers.length; i++) {
            try {
                numbers[i] = Integer.parseInt(texts.get(i));
            } catch (NumberFormatException e) {
                numbers[i] = 0;
            }
            if (numbers[i] < 1) {
                throw fault(
                        required(key),
                        "'" + key + "' of " + where + " must hold whole numbers of at least 1; got '" + texts.get(i)
                                + "'");
            }
        }
        return numbers;
    }

    public io.selvedge.compiler.diag.SelvedgeException fault(Yaml value, String problem) {
        return Yaml.at(file, value.line(), problem);
    }

    private String scalar(String key, Yaml value) {
        if (value instanceof Yaml.Scalar scalar && !scalar.text().isEmpty()) {
            return scalar.text();
        }
        throw fault(value, "'" + key + "' of " + where + " must be a single value");
    }

    private static String hint(String given, Set<String> known) {
        int best = Integer.MAX_VALUE;
        String nearest = "";
        for (String key : sorted(known)) {
            int distance = editDistance(given.toLowerCase(Locale.ROOT), key.toLowerCase(Locale.ROOT));
            if (distance < best) {
                best = distance;
                nearest = key;
            }
        }
        String choices = "known: " + String.join(", ", sorted(known));
        return best <= Math.max(2, given.length() / 2) ? "did you mean '" + nearest + "'? (" + choices + ")" : choices;
    }

    private static List<String> sorted(Set<String> known) {
        return known.stream().sorted().toList();
    }

    /** Levenshtein distance. */
    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
