package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One application of an operator as a file of some opset states it. Factories read it and may restate its inputs in the
 * form of opset 17, with constants and nodes added in front.
 */
public final class OpCall {
    private final String name;
    private final String type;
    private final int opset;
    private final Attributes attributes;
    private final List<String> inputs;
    private final int outputs;
    private final GraphBuilder builder;
    private final Map<Integer, String> computed = new HashMap<>();

    public OpCall(
            String name,
            String type,
            int opset,
            Attributes attributes,
            List<String> inputs,
            int outputs,
            GraphBuilder builder) {
        this.name = name;
        this.type = type;
        this.opset = opset;
        this.attributes = attributes;
        this.inputs = new ArrayList<>(inputs);
        this.outputs = outputs;
        this.builder = builder;
    }

    public String name() {
        return name;
    }

    public String type() {
        return type;
    }

    public int opset() {
        return opset;
    }

    public Attributes attributes() {
        return attributes;
    }

    /** Inputs in their present form, trailing absent ones removed. */
    public List<String> inputs() {
        int count = inputs.size();
        while (count > 0 && inputs.get(count - 1).isEmpty()) {
            count--;
        }
        return List.copyOf(inputs.subList(0, count));
    }

    public int outputs() {
        return outputs;
    }

    public boolean has(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty();
    }

    public String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    /** Type of an input that must be there. */
    public TensorType inputType(int index) {
        if (!has(index)) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "needs input " + index + ", has " + inputs.size());
        }
        return builder.type(inputs.get(index));
    }

    /** Type of a value that {@link #before} or {@link #constant} added, or of any other that is defined. */
    public TensorType typeOf(String value) {
        return builder.type(value);
    }

    public int[] extents(int index) {
        return inputType(index).shape().extents();
    }

    /** Value of an input, where it is known while importing. */
    public Optional<Tensor> known(int index) {
        return has(index) ? builder.known(inputs.get(index)) : Optional.empty();
    }

    /** Integers of an input that later opsets have instead of an attribute; empty when absent.
     *  @throws SelvedgeException BAD_GRAPH when it is there but computed from data */
    public Optional<List<Integer>> integers(int index, String what) {
        if (!has(index)) {
            return Optional.empty();
        }
        Tensor value = known(index)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs input " + index + " (" + what + ") to be constant; it is computed from the data"));
        return Optional.of(
                Arrays.stream(value.toLongs()).mapToObj(Operands::clamp).toList());
    }

    /** Integers of an input that must be there and known.
     *  @throws SelvedgeException BAD_GRAPH when it is absent or computed from data */
    public List<Integer> neededIntegers(int index, String what) {
        return integers(index, what)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "needs input " + index + " (" + what + "), has " + inputs.size()));
    }

    /** The one integer of an input that must be there and known.
     *  @throws SelvedgeException BAD_GRAPH when it is absent or computed from data, SHAPE_MISMATCH when it has no elements */
    public int neededInteger(int index, String what) {
        List<Integer> values = neededIntegers(index, what);
        Operands.shapes(!values.isEmpty(), "needs one number as input %s (%s), got %s", index, what, values);
        return values.getFirst();
    }

    /** The axis attribute, made non-negative where the input's rank is known. */
    public int axis(int otherwise) {
        int axis = attributes.index("axis", otherwise);
        return axis < 0 && has(0) ? Operands.axis(axis, inputType(0).shape().rank()) : axis;
    }

    /** Puts a value at an input position, absent ones before it. */
    public void set(int index, String value) {
        while (inputs.size() <= index) {
            inputs.add("");
        }
        inputs.set(index, value);
    }

    public void set(int index, String hint, Tensor constant) {
        set(index, builder.constant(name + "_" + hint, constant));
    }

    /** A list of int64 as input. */
    public void set(int index, String hint, List<Integer> constant) {
        set(index, hint, Tensor.longs(Attributes.array(constant), constant.size()));
    }

    /** A scalar of a dtype as input. */
    public void set(int index, String hint, DType dtype, double scalar) {
        set(index, hint, Tensor.filled(TensorType.of(dtype), _ -> scalar));
    }

    /** States that an output is a value that was added before, and none of the operator that the factory returns. */
    public void computed(int output, String value) {
        computed.put(output, value);
    }

    /** The value that an output is, where the operator does not compute it. */
    public Optional<String> computed(int output) {
        return Optional.ofNullable(computed.get(output));
    }

    /** Drops the inputs from a position on. */
    public void keep(int count) {
        while (inputs.size() > count) {
            inputs.removeLast();
        }
    }

    /** The nodes of the graph so far, in their order. */
    List<Node> earlier() {
        return builder.nodes();
    }

    /** Adds a node in front of this one; the value that it computes. */
    public String before(String hint, Op op, String... values) {
        return builder.add(name + "_" + hint, op, values);
    }

    /** Adds a node with several outputs in front of this one; the values that it computes. */
    public List<String> before(String hint, Op op, int count, String... values) {
        List<String> computed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            computed.add(builder.fresh(name + "_" + hint));
        }
        builder.add(new Node(builder.fresh(name + "_" + hint), op, List.of(values), computed));
        return computed;
    }

    public String constant(String hint, Tensor value) {
        return builder.constant(name + "_" + hint, value);
    }
}
