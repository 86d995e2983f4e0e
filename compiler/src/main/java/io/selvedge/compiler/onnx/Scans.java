package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Gather;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Scan, unrolled over the extent of the axis that its inputs are scanned along; opset 8 also over the batch. */
final class Scans {
    private final StructureCall call;
    private final Body body;
    private final int states;
    private final int scanned;
    private final int collected;
    private final List<Integer> backwards;

    private Scans(StructureCall call, int given) {
        this.call = call;
        this.body = call.body("body");
        this.scanned = call.attributes().index("num_scan_inputs");
        this.states = given - scanned;
        this.collected = body.outputs().size() - states;
        if (scanned < 1 || states < 0 || collected < 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "has " + given + " inputs, num_scan_inputs=" + scanned + " and a body with "
                            + body.outputs().size() + " outputs, which do not fit together");
        }
        this.backwards = list(call.opset() < 9 ? "directions" : "scan_input_directions", scanned);
    }

    static List<Value> read(StructureCall call) {
        return call.opset() < 9
                ? new Scans(call, call.inputs().size() - 1).batches()
                : new Scans(call, call.inputs().size()).whole();
    }

    /** An attribute with a number per input or output, 0 by default. */
    private List<Integer> list(String name, int count) {
        List<Integer> values = call.attributes().integers(name, Collections.nCopies(count, 0));
        if (values.size() != count) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "needs " + count + " numbers in '" + name + "', has " + values.size());
        }
        return values;
    }

    private List<Value> whole() {
        List<String> inputs = tensors(0);
        List<Integer> inputAxes = list("scan_input_axes", scanned);
        List<Integer> axes = IntStream.range(0, scanned)
                .map(i -> Sequences.axis(
                        inputAxes.get(i),
                        call.type(inputs.get(states + i)).shape().rank()))
                .boxed()
                .toList();
        int length = length(inputs, axes);
        List<String> results = run(inputs, axes, length, "");
        List<Integer> outputAxes = list("scan_output_axes", collected);
        List<Integer> reversed = list("scan_output_directions", collected);
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            values.add(new Value.Single(results.get(i)));
        }
        for (int i = 0; i < collected; i++) {
            List<String> parts = new ArrayList<>(results.subList(states + i * length, states + (i + 1) * length));
            if (reversed.get(i) != 0) {
                Collections.reverse(parts);
            }
            int rank = call.type(parts.getFirst()).shape().rank() + 1;
            values.add(new Value.Single(Sequences.stack(call, parts, Sequences.axis(outputAxes.get(i), rank))));
        }
        return values;
    }

    /** Opset 8: axis 0 is a batch whose members may differ in length, axis 1 is scanned; short ones end in zeros. */
    private List<Value> batches() {
        List<String> inputs = tensors(1);
        int batch = call.type(inputs.getFirst()).shape().extent(0);
        List<Integer> axes = Collections.nCopies(scanned, 0);
        List<List<String>> members = new ArrayList<>();
        IntStream.range(0, states + collected).forEach(_ -> members.add(new ArrayList<>()));
        for (int b = 0; b < batch; b++) {
            List<String> parts = new ArrayList<>();
            for (String input : inputs) {
                parts.add(element(input, 0, b));
            }
            int longest = length(parts, axes);
            int length = call.has(0) ? lengths(batch, longest)[b] : longest;
            List<String> results = run(parts, axes, length, b + "/");
            for (int i = 0; i < states; i++) {
                members.get(i).add(results.get(i));
            }
            for (int i = 0; i < collected; i++) {
                List<String> steps = results.subList(states + i * length, states + (i + 1) * length);
                members.get(states + i).add(padded(Sequences.stack(call, steps, 0), longest - length));
            }
        }
        return members.stream()
                .<Value>map(parts -> new Value.Single(Sequences.stack(call, parts, 0)))
                .toList();
    }

    private int[] lengths(int batch, int longest) {
        Tensor lengths = call.session()
                .known(call.tensor(0, "sequence_lens"), "input 0 (sequence_lens), which decides how often it runs");
        int[] values = new int[batch];
        for (int b = 0; b < batch; b++) {
            values[b] = Math.toIntExact(lengths.getLong(b));
            if (values[b] < 1 || values[b] > longest) {
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "sequence_lens has " + values[b] + "; the sequences have " + longest);
            }
        }
        return values;
    }

    private String padded(String stacked, int missing) {
        if (missing == 0) {
            return stacked;
        }
        int[] extents = call.type(stacked).shape().extents();
        long[] zeros = IntStream.of(extents).asLongStream().toArray();
        zeros[0] = missing;
        Tensor padding = Tensor.filled(TensorType.of(call.type(stacked).dtype(), zeros), _ -> 0);
        return call.add("padded", new Concat(0), stacked, call.builder().constant(call.name() + "/zeros", padding));
    }

    private List<String> tensors(int from) {
        return IntStream.range(from, call.inputs().size())
                .mapToObj(i -> call.tensor(i, "state or scan input"))
                .toList();
    }

    private int length(List<String> inputs, List<Integer> axes) {
        int length = call.type(inputs.get(states)).shape().extent(axes.getFirst());
        for (int i = 0; i < scanned; i++) {
            int other = call.type(inputs.get(states + i)).shape().extent(axes.get(i));
            if (other != length || length == 0) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "needs scan inputs of one length of at least 1, got " + length + " and " + other);
            }
        }
        return length;
    }

    /** Final states, then the steps of each scan output. */
    private List<String> run(List<String> inputs, List<Integer> axes, int length, String path) {
        List<Value> state = new ArrayList<>();
        for (String input : inputs.subList(0, states)) {
            state.add(new Value.Single(input));
        }
        List<List<String>> steps = new ArrayList<>();
        IntStream.range(0, collected).forEach(_ -> steps.add(new ArrayList<>()));
        for (int t = 0; t < length; t++) {
            call.session().spend();
            List<Value> arguments = new ArrayList<>(state);
            for (int i = 0; i < scanned; i++) {
                int at = backwards.get(i) == 0 ? t : length - 1 - t;
                arguments.add(new Value.Single(element(inputs.get(states + i), axes.get(i), at)));
            }
            List<Value> results = call.inline(body, path + t, arguments);
            for (int i = 0; i < states; i++) {
                state.set(i, results.get(i));
            }
            for (int i = 0; i < collected; i++) {
                steps.get(i).add(StructureCall.single(results.get(states + i), "a scan output"));
            }
        }
        List<String> flat = new ArrayList<>();
        state.forEach(value -> flat.add(StructureCall.single(value, "a state")));
        steps.forEach(flat::addAll);
        return flat;
    }

    private String element(String input, int axis, int index) {
        return call.add("element", new Gather(axis), input, call.session().scalar(index));
    }
}
