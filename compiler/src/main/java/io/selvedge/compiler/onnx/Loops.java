package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Binary;
import java.util.ArrayList;
import java.util.List;

/**
 * Loop, unrolled. Trip count and condition are known at every round; a condition that is not, while the trip count is, lets
 * the rounds after the last one compute what Where then throws away.
 */
final class Loops {
    private final StructureCall call;
    private final Body body;
    private final List<List<String>> scans = new ArrayList<>();

    private Loops(StructureCall call) {
        this.call = call;
        this.body = call.body("body");
    }

    static List<Value> read(StructureCall call) {
        return new Loops(call).unroll();
    }

    private List<Value> unroll() {
        int states = body.inputs().size() - 2;
        int outputs = body.outputs().size() - 1;
        if (states < 0 || outputs < states) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "its body has " + body.inputs().size() + " inputs and "
                            + body.outputs().size() + " outputs; a Loop's has iteration and condition beside the "
                            + "states, and the condition in front of them");
        }
        for (int i = states; i < outputs; i++) {
            scans.add(new ArrayList<>());
        }
        long trips = call.has(0)
                ? call.session().number(call.tensor(0, "M"), "input 0 (M), the trip count")
                : Long.MAX_VALUE;
        Value condition = call.has(1) ? call.input(1) : new Value.Single(truth());
        List<Value> state = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            state.add(call.input(i + 2));
        }
        String running = "";
        for (long round = 0; round < trips; round++) {
            call.session().spend();
            String going = StructureCall.single(condition, "its condition");
            var known = call.session().numberIfKnown(going);
            if (known.isPresent() && known.get() == 0) {
                break;
            }
            if (known.isEmpty()) {
                requirePredicable(going, trips);
                String here = Branches.scalar(call, going);
                running = running.isEmpty() ? here : call.add("running", new Binary(Binary.Kind.AND), running, here);
            }
            List<Value> results = call.inline(body, String.valueOf(round), arguments(round, condition, state));
            condition = results.getFirst();
            for (int i = 0; i < states; i++) {
                Value next = results.get(i + 1);
                state.set(i, running.isEmpty() ? next : select(running, next, state.get(i), i));
            }
            for (int i = 0; i < scans.size(); i++) {
                scans.get(i).add(StructureCall.single(results.get(states + 1 + i), "a scan output"));
            }
        }
        for (int i = 0; i < scans.size(); i++) {
            List<String> parts = scans.get(i);
            state.add(new Value.Single(
                    parts.isEmpty() ? nothing(body.outputs().get(states + 1 + i)) : Sequences.stack(call, parts, 0)));
        }
        return state;
    }

    private Value select(String running, Value next, Value before, int index) {
        return Branches.select(call, running, next, before, "state " + index);
    }

    private List<Value> arguments(long round, Value condition, List<Value> state) {
        List<Value> arguments = new ArrayList<>();
        arguments.add(new Value.Single(call.session().scalar(round)));
        arguments.add(condition);
        arguments.addAll(state);
        return arguments;
    }

    private void requirePredicable(String condition, long trips) {
        if (trips == Long.MAX_VALUE) {
            throw call.session().needsConstant(condition, "its condition, which decides how often it runs");
        }
        if (!scans.isEmpty()) {
            throw call.session().needsConstant(condition, "its condition, which decides how long its outputs are");
        }
    }

    private String truth() {
        return call.builder().constant(call.name() + "/true", Tensor.integers(TensorType.of(DType.BOOL), _ -> 1));
    }

    /** The scan output of a loop that never ran: its shape is what the body declares. */
    private String nothing(ValueInfoProto declared) {
        TypeProto.Tensor type = declared.getType().getTensorType();
        DType dtype = DType.ofOnnxCode(type.getElemType())
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "runs no round, and its body does not declare the type of '" + declared.getName() + "'"));
        List<TensorShapeProto.Dimension> dims = type.getShape().getDimList();
        long[] extents = new long[dims.size() + 1];
        for (int i = 0; i < dims.size(); i++) {
            extents[i + 1] = Math.max(0, dims.get(i).getDimValue());
        }
        return call.builder().constant(call.name() + "/nothing", Tensor.filled(TensorType.of(dtype, extents), _ -> 0));
    }
}
