package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The levels that activations may have. */
public enum ActivationGrid {
    /** 256 levels at one distance. */
    UINT8(255, 0),
    /**
     * Of values that are never negative 0 and {@code s·2^(k/2)} for k = 0 to 15, rounded to whole multiples of s: 16 levels, half an
     * octave apart. Others have 256 levels.
     */
    LOG(181, 2),
    /** The same a quarter of an octave apart: 0 and {@code s·2^(k/4)} for k = 0 to 31, of which 27 are different when rounded. */
    LOG5(215, 4);

    private final int top;
    private final int levelsPerOctave;

    ActivationGrid(int top, int levelsPerOctave) {
        this.top = top;
        this.levelsPerOctave = levelsPerOctave;
    }

    /** 0 where levels are at one distance. */
    public int levelsPerOctave() {
        return levelsPerOctave;
    }

    /** The grid that is called so: {@code uint8}, {@code log} or {@code log5}. */
    public static Optional<ActivationGrid> named(String name) {
        return Arrays.stream(values()).filter(grid -> grid.text().equals(name)).findFirst();
    }

    /** As on the command line: {@code log}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Values that get other levels than 256: those that are never negative, the model's inputs excepted. */
    Set<String> moved(Graph graph, Ranges ranges) {
        return this == UINT8
                ? Set.of()
                : ranges.byValue().keySet().stream()
                        .filter(value ->
                                ranges.of(value).lo() >= 0 && !graph.inputs().contains(value))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Ranges by whose 256 levels the largest value of those is the largest level. */
    Ranges widened(Ranges ranges, Set<String> moved) {
        Map<String, Range> widened = new LinkedHashMap<>(ranges.byValue());
        for (String value : moved) {
            Range range = ranges.of(value);
            float hi = range.hi() * (255f / top);
            widened.put(
                    value,
                    new Range(0, hi, range.method(), range.meanSquaredError(), range.channels(), range.options()));
        }
        return new Ranges(widened);
    }
}
