package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** One output for people: the largest values of a row of scores, a summary of anything else. Integers stay integers. */
record OutputText(String name, Tensor values) {
    static OutputText of(String name, NpyFile array) {
        TensorType type = TensorType.of(
                DType.valueOf(array.dtype().name()),
                array.shape().stream().mapToLong(extent -> extent).toArray());
        return new OutputText(name, Tensor.view(type, array.bytes()));
    }

    private LongStream shape() {
        return IntStream.of(values.shape().extents()).asLongStream();
    }

    private boolean isRow() {
        return shape().filter(extent -> extent > 1).count() <= 1;
    }

    private boolean isFloat() {
        return values.dtype().isFloat();
    }

    private String number(int index) {
        return isFloat()
                ? String.format(Locale.ROOT, "%.6g", values.getDouble(index))
                : Long.toString(values.getLong(index));
    }

    List<String> lines(int top) {
        List<String> lines = new ArrayList<>();
        lines.add(name + " " + shape().boxed().toList());
        if (isRow()) {
            IntStream.range(0, values.elements())
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -values.getDouble(i)))
                    .limit(top)
                    .forEach(i -> lines.add(String.format(Locale.ROOT, "  %5d  %s", i, number(i))));
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %,d values from " + (isFloat() ? "%.6g to %.6g" : "%.0f to %.0f")
                            + ", mean %.6g; --output-dir writes them all",
                    values.elements(),
                    doubles().min().orElse(0),
                    doubles().max().orElse(0),
                    doubles().average().orElse(0)));
        }
        return lines;
    }

    private DoubleStream doubles() {
        return IntStream.range(0, values.elements()).mapToDouble(values::getDouble);
    }

    /** Shape and all values, row-major. */
    void into(ObjectNode node) {
        ArrayNode extents = node.putArray("shape");
        shape().forEach(extents::add);
        ArrayNode all = node.putArray("values");
        for (int i = 0; i < values.elements(); i++) {
            if (!isFloat()) {
                all.add(values.getLong(i));
            } else if (values.dtype() == DType.FLOAT64) {
                all.add(values.getDouble(i));
            } else {
                all.add(values.getFloat(i));
            }
        }
    }
}
