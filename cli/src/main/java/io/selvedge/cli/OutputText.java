package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** One output for people: the largest values of a row of scores, a summary of anything else. */
record OutputText(String name, List<Integer> shape, float[] values) {
    OutputText {
        shape = List.copyOf(shape);
    }

    private boolean isRow() {
        return shape.stream().filter(extent -> extent > 1).count() <= 1;
    }

    List<String> lines(int top) {
        List<String> lines = new ArrayList<>();
        lines.add(name + " " + shape);
        if (isRow()) {
            IntStream.range(0, values.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
                    .limit(top)
                    .forEach(i -> lines.add(String.format(Locale.ROOT, "  %5d  %.6g", i, values[i])));
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %,d values from %.6g to %.6g, mean %.6g; --output-dir writes them all",
                    values.length,
                    doubles().min().orElse(0),
                    doubles().max().orElse(0),
                    doubles().average().orElse(0)));
        }
        return lines;
    }

    private java.util.stream.DoubleStream doubles() {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
    }

    /** Shape and all values, row-major. */
    void into(ObjectNode node) {
        ArrayNode extents = node.putArray("shape");
        shape.forEach(extents::add);
        ArrayNode all = node.putArray("values");
        for (float value : values) {
            all.add(value);
        }
    }
}
