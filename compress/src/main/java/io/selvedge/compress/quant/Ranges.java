package io.selvedge.compress.quant;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Range of every float activation of a graph by value name. */
public record Ranges(Map<String, Range> byValue) {
    public Ranges {
        byValue = Collections.unmodifiableMap(new LinkedHashMap<>(byValue));
    }

    public Range of(String value) {
        Range range = byValue.get(value);
        if (range == null) {
            throw new IllegalStateException("value '" + value + "' was not calibrated");
        }
        return range;
    }

    /** The same activations, each in this calibrator's range. */
    public Ranges by(String calibrator) {
        Map<String, Range> all = new LinkedHashMap<>();
        byValue.forEach((value, range) -> all.put(value, range.by(calibrator)));
        return new Ranges(all);
    }
}
