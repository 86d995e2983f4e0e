package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Attributes of one node as a file states them. Every getter throws BAD_ATTRIBUTE when the attribute has another kind. */
public final class Attributes {
    private final Map<String, Object> values;

    public Attributes(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /** The form of {@link io.selvedge.compiler.ir.Op#attributes}: names and values in turn. */
    public static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }

    /** Integers as an attribute's value. */
    public static long[] array(List<Integer> values) {
        return values.stream().mapToLong(Integer::longValue).toArray();
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public Map<String, Object> asMap() {
        return values;
    }

    public long integer(String name, long otherwise) {
        return get(name, Long.class).orElse(otherwise);
    }

    public int index(String name, int otherwise) {
        long value = integer(name, otherwise);
        if (value != (int) value) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "attribute '" + name + "' is out of range: " + value);
        }
        return (int) value;
    }

    /** An integer attribute that must be there. */
    public int index(String name) {
        require(name);
        return index(name, 0);
    }

    public boolean flag(String name, boolean otherwise) {
        return integer(name, otherwise ? 1 : 0) != 0;
    }

    public float number(String name, float otherwise) {
        return get(name, Float.class).orElse(otherwise);
    }

    public String text(String name, String otherwise) {
        return get(name, String.class).orElse(otherwise);
    }

    public Optional<Tensor> tensor(String name) {
        return get(name, Tensor.class);
    }

    public Optional<long[]> longs(String name) {
        return get(name, long[].class);
    }

    /** Integers that must be there. */
    public long[] neededLongs(String name) {
        require(name);
        return longs(name).orElseThrow();
    }

    public Optional<float[]> floats(String name) {
        return get(name, float[].class);
    }

    /** A list of texts; empty when absent. */
    public List<String> texts(String name) {
        return get(name, String[].class).map(List::of).orElse(List.of());
    }

    public List<Integer> integers(String name, List<Integer> otherwise) {
        return longs(name)
                .map(array -> Arrays.stream(array).mapToObj(Math::toIntExact).toList())
                .orElse(otherwise);
    }

    /** A list of integers that must be there. */
    public List<Integer> integers(String name) {
        require(name);
        return integers(name, List.of());
    }

    private void require(String name) {
        if (!has(name)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "needs the attribute '" + name + "', has " + values.keySet());
        }
    }

    private <T> Optional<T> get(String name, Class<T> kind) {
        Object value = values.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!kind.isInstance(value)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "attribute '" + name + "' must be " + kind.getSimpleName() + ", is "
                            + value.getClass().getSimpleName());
        }
        return Optional.of(kind.cast(value));
    }
}
