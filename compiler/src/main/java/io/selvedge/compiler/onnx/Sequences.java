package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Squeeze;
import io.selvedge.compiler.op.Unsqueeze;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Operators on sequences. A sequence is a list of values while importing and nothing in the graph. */
final class Sequences {
    private Sequences() {}

    static List<Value> construct(StructureCall call) {
        List<Value> elements = new ArrayList<>();
        for (int i = 0; i < call.inputs().size(); i++) {
            elements.add(new Value.Single(call.tensor(i, "element")));
        }
        return List.of(new Value.Sequence(elements));
    }

    static List<Value> empty(StructureCall call) {
        return List.of(new Value.Sequence(List.of()));
    }

    static List<Value> insert(StructureCall call) {
        List<Value> elements = new ArrayList<>(call.sequence(0));
        int position = call.position(2, elements.size(), elements.size());
        elements.add(position, new Value.Single(call.tensor(1, "tensor")));
        return List.of(new Value.Sequence(elements));
    }

    static List<Value> erase(StructureCall call) {
        List<Value> elements = new ArrayList<>(call.sequence(0));
        elements.remove(existing(call, 1, elements.size(), elements.size() - 1));
        return List.of(new Value.Sequence(elements));
    }

    static List<Value> at(StructureCall call) {
        List<Value> elements = call.sequence(0);
        return List.of(elements.get(existing(call, 1, elements.size(), elements.size())));
    }

    private static int existing(StructureCall call, int input, int length, int otherwise) {
        int position = call.position(input, length, otherwise);
        if (position < 0 || position >= length) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH, "position " + position + " is outside a sequence of " + length);
        }
        return position;
    }

    static List<Value> length(StructureCall call) {
        Tensor length = Tensor.longs(new long[] {call.sequence(0).size()});
        return List.of(new Value.Single(call.builder().constant(call.name(), length)));
    }

    /** Without a split into pieces of one, whose axis {@code keepdims} decides about; with a scalar into pieces of that extent. */
    static List<Value> split(StructureCall call) {
        String input = call.tensor(0, "input");
        int rank = call.type(input).shape().rank();
        int axis = axis(call.attributes().index("axis", 0), rank);
        int extent = call.type(input).shape().extent(axis);
        List<Long> parts = new ArrayList<>();
        if (call.has(1)) {
            Tensor split = call.session()
                    .known(call.tensor(1, "split"), "input 1 (split), which decides how long the sequence is");
            if (split.shape().rank() == 0) {
                long part = split.getLong(0);
                if (part < 1) {
                    throw new SelvedgeException(ErrorCode.SHAPE_MISMATCH, "splits into parts of " + part);
                }
                call.session().spend((int) Math.min(Integer.MAX_VALUE, extent / part));
                for (long start = 0; start < extent; start += part) {
                    parts.add(Math.min(part, extent - start));
                }
            } else {
                for (long part : split.toLongs()) {
                    parts.add(part);
                }
            }
        } else {
            call.session().spend(extent);
            parts.addAll(Collections.nCopies(extent, 1L));
        }
        boolean squeezed = !call.has(1) && !call.attributes().flag("keepdims", true);
        List<String> pieces = pieces(call, input, axis, parts);
        return List.of(new Value.Sequence(pieces.stream()
                .<Value>map(piece -> new Value.Single(
                        squeezed
                                ? call.add(
                                        "element",
                                        new Squeeze(),
                                        piece,
                                        call.session().integers(axis))
                                : piece))
                .toList()));
    }

    private static List<String> pieces(StructureCall call, String input, int axis, List<Long> parts) {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            outputs.add(call.builder().fresh(call.name() + "/" + i));
        }
        if (!outputs.isEmpty()) {
            String sizes = call.session()
                    .integers(parts.stream().mapToLong(Long::longValue).toArray());
            String name = call.builder().fresh(call.name() + "/split");
            call.builder().add(new Node(name, new Split(axis), List.of(input, sizes), outputs));
        }
        return outputs;
    }

    static List<Value> concat(StructureCall call) {
        call.attributes().index("axis");
        List<String> elements = new ArrayList<>();
        for (Value element : call.sequence(0)) {
            elements.add(StructureCall.single(element, "every element"));
        }
        if (elements.isEmpty()) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "concatenates an empty sequence");
        }
        boolean isNew = call.attributes().flag("new_axis", false);
        int rank = call.type(elements.getFirst()).shape().rank() + (isNew ? 1 : 0);
        int axis = axis(call.attributes().index("axis", 0), rank);
        return List.of(new Value.Single(
                isNew
                        ? stack(call, elements, axis)
                        : call.add("concat", new Concat(axis), elements.toArray(new String[0]))));
    }

    /** Tensors of one shape side by side on a new axis. */
    static String stack(StructureCall call, List<String> elements, int axis) {
        String axes = call.session().integers(axis);
        String[] parts = elements.stream()
                .map(element -> call.add("part", new Unsqueeze(), element, axes))
                .toArray(String[]::new);
        return parts.length == 1 ? parts[0] : call.add("stack", new Concat(axis), parts);
    }

    static int axis(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "axis " + axis + " is out of range for rank " + rank);
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** The body for each element; further sequences go along, tensors are the same for all. */
    static List<Value> map(StructureCall call) {
        Body body = call.body("body");
        int length = call.sequence(0).size();
        List<List<Value>> collected = new ArrayList<>();
        body.outputs().forEach(_ -> collected.add(new ArrayList<>()));
        for (int i = 0; i < length; i++) {
            call.session().spend();
            List<Value> arguments = new ArrayList<>();
            for (Value input : call.inputs()) {
                arguments.add(input instanceof Value.Sequence(List<Value> elements) ? element(elements, i) : input);
            }
            List<Value> results = call.inline(body, String.valueOf(i), arguments);
            for (int k = 0; k < results.size(); k++) {
                collected.get(k).add(results.get(k));
            }
        }
        return collected.stream().<Value>map(Value.Sequence::new).toList();
    }

    private static Value element(List<Value> elements, int index) {
        if (index >= elements.size()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "needs sequences of one length; one has " + elements.size() + " elements, the first one more");
        }
        return elements.get(index);
    }
}
