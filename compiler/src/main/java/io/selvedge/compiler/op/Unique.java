package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The different elements, or slices along one axis: in ascending order or that of their first places. Further outputs: the
 * first place of each, for each input its number, and how often each occurs. The input must be constant because it decides
 * the output's shape.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Unique.html">ONNX Unique</a>
 */
public record Unique(Optional<Integer> axis, boolean sorted) implements Op {
    static Op read(OpCall call) {
        return new Unique(
                call.attributes().has("axis") ? Optional.of(call.axis(0)) : Optional.empty(),
                call.attributes().flag("sorted", true));
    }

    @Override
    public String type() {
        return "Unique";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new TreeMap<>(Attributes.map("sorted", sorted ? 1L : 0L));
        axis.ifPresent(along -> attributes.put("axis", (long) along));
        return attributes;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        required(inputs, 0, "X");
        return evaluate(List.of(Optional.of(Operands.known(constants, 0, "X")))).stream()
                .map(Tensor::type)
                .toList();
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        int[] extents = axis.isPresent() ? x.shape().extents() : new int[] {x.elements()};
        int along = axis.map(a -> Operands.axis(a, extents.length)).orElse(0);
        int inner = Strides.product(extents, along + 1, extents.length);
        int count = extents[along];
        List<Double> none = List.of();
        Map<List<Double>, Integer> numbers = sorted ? new TreeMap<>(Unique::compare) : new LinkedHashMap<>();
        List<List<Double>> slices = new ArrayList<>(Collections.nCopies(count, none));
        int outer = Strides.product(extents, 0, along);
        for (int k = 0; k < count; k++) {
            List<Double> slice = new ArrayList<>();
            for (int i = 0; i < outer * inner; i++) {
                slice.add(x.getDouble((i / inner * count + k) * inner + i % inner));
            }
            slices.set(k, slice);
            numbers.putIfAbsent(slice, k);
        }
        int[] first = numbers.values().stream().mapToInt(k -> k).toArray();
        List<List<Double>> order = List.copyOf(numbers.keySet());
        int[] inverse = slices.stream().mapToInt(order::indexOf).toArray();
        long[] occurrences = new long[first.length];
        Arrays.stream(inverse).forEach(number -> occurrences[number]++);
        int[] shape = extents.clone();
        shape[along] = first.length;
        int[] sources = new int[outer * first.length * inner];
        Arrays.setAll(
                sources, i -> (i / inner / first.length * count + first[i / inner % first.length]) * inner + i % inner);
        return List.of(
                x.select(Shape.of(Arrays.stream(shape).asLongStream().toArray()), sources),
                Tensor.longs(Arrays.stream(first).asLongStream().toArray(), first.length),
                Tensor.longs(Arrays.stream(inverse).asLongStream().toArray(), count),
                Tensor.longs(occurrences, first.length));
    }

    private static int compare(List<Double> a, List<Double> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = Double.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
