package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operator of the file and the means to restate it: its operands as real numbers, as integers or as images with the
 * channels first, and its results, rounded to their steps. TFLite's images are [N,H,W,C], ONNX's [N,C,H,W]: they are turned in
 * front of and behind operators on images, on the integers where there are any, so that passes find the turns side by side.
 */
final class TfliteCall {
    private final TfliteGraph graph;
    private final TfliteFile.Operator operator;
    private final String type;
    private final String hint;

    TfliteCall(TfliteGraph graph, TfliteFile.Operator operator, String type) {
        this.graph = graph;
        this.operator = operator;
        this.type = type;
        // Names of fused operators are lists; the first is the one that the value is known by.
        String name = operator.outputs().isEmpty() ? type : result(0).name();
        this.hint = name.indexOf(';') > 0 ? name.substring(0, name.indexOf(';')) : name;
    }

    String type() {
        return type;
    }

    FlatTable options() {
        return operator.options();
    }

    Optional<TfliteFile.Dilation> dilation() {
        return operator.dilation();
    }

    int inputs() {
        return operator.inputs().size();
    }

    int outputs() {
        return operator.outputs().size();
    }

    boolean has(int input) {
        return input < inputs() && operator.inputs().get(input) >= 0;
    }

    TfliteTensor tensor(int input) {
        if (!has(input)) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "needs input " + input + ", has " + inputs());
        }
        return graph.file().tensors().get(operator.inputs().get(input));
    }

    TfliteTensor result(int output) {
        if (output >= outputs()) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "needs output " + output + ", has " + outputs());
        }
        return graph.file().tensors().get(operator.outputs().get(output));
    }

    SelvedgeException unsupported(String what) {
        return new SelvedgeException(ErrorCode.UNSUPPORTED_OP, what);
    }

    /** What an input holds, where that is known while reading. */
    Optional<Tensor> known(int input) {
        return has(input) ? graph.builder().known(raw(input)) : Optional.empty();
    }

    /** Integers of an input that must be known, like axes and sizes. */
    List<Integer> integers(int input, String what) {
        Tensor value = known(input)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs input " + input + " (" + what + ") to be constant; it is computed from the data"));
        return Arrays.stream(value.toLongs()).mapToObj(Math::toIntExact).toList();
    }

    /** What the file itself holds for an input. */
    Optional<Tensor> stored(int input) {
        return graph.constant(tensor(input));
    }

    /** The value of an input as the file holds it. */
    String raw(int input) {
        return graph.value(tensor(input));
    }

    List<Integer> extents(int input) {
        return extents(raw(input));
    }

    List<Integer> extents(String value) {
        return Arrays.stream(graph.builder().type(value).shape().extents())
                .boxed()
                .toList();
    }

    int rank(int input) {
        return extents(input).size();
    }

    /** An axis counted from the front. */
    static int axis(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "axis " + axis + " is outside of " + rank + " axes");
        }
        return axis < 0 ? axis + rank : axis;
    }

    DType dtype(String value) {
        return graph.builder().type(value).dtype();
    }

    /** The numbers that an input stands for: integers with steps times their scale, 16-bit constants at 32 bits. */
    String real(int input) {
        TfliteTensor tensor = tensor(input);
        Optional<Tensor> constant = graph.constant(tensor);
        boolean half = constant.isPresent() && constant.get().dtype() == DType.FLOAT16;
        if (constant.isPresent() && (tensor.quantized() || half)) {
            return constant(dequantized(constant.get(), half ? Optional.empty() : tensor.steps()));
        }
        return real(raw(input), tensor);
    }

    /** The same under another shape of as many elements. */
    String real(int input, List<Integer> extents) {
        TfliteTensor tensor = tensor(input);
        if (graph.constant(tensor).isPresent()) {
            return reshaped(real(input), extents);
        }
        return real(reshaped(raw(input), extents), tensor);
    }

    private String real(String value, TfliteTensor tensor) {
        return tensor.quantized() ? dequantize(value, tensor.steps().orElseThrow(), dtype(value), 0) : value;
    }

    Tensor dequantized(Tensor constant, Optional<TfliteTensor.Steps> steps) {
        graph.file().spend(4L * constant.elements());
        int inner = steps.filter(s -> !s.single())
                .map(s -> innerOf(constant.type(), s))
                .orElse(1);
        return Tensor.filled(new TensorType(DType.FLOAT32, constant.shape()), i -> {
            if (steps.isEmpty()) {
                return constant.getFloat(i);
            }
            int channel = i / inner % steps.get().scales().size();
            return steps.get().scale(channel)
                    * (float) (constant.getLong(i) - steps.get().zero(channel));
        });
    }

    /** Elements between two neighbours along the axis that the scales belong to. */
    static int innerOf(TensorType type, TfliteTensor.Steps steps) {
        int axis = axis(steps.axis(), type.shape().rank());
        if (type.shape().extent(axis) != steps.scales().size()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "has " + steps.scales().size() + " scales for axis " + axis + " of a constant " + type);
        }
        int inner = 1;
        for (int i = axis + 1; i < type.shape().rank(); i++) {
            inner *= type.shape().extent(i);
        }
        return inner;
    }

    /** An input [N,H,W,C] as the numbers it stands for, [N,C,H,W]. */
    String image(int input) {
        TfliteTensor tensor = tensor(input);
        if (graph.constant(tensor).isPresent()) {
            return transposed(real(input), 0, 3, 1, 2);
        }
        return real(transposed(raw(input), 0, 3, 1, 2), tensor);
    }

    /** An image of integers under steps of its own instead of the file's. */
    String image(int input, float scale, long zero) {
        String turned = transposed(raw(input), 0, 3, 1, 2);
        return dequantize(turned, new TfliteTensor.Steps(List.of(scale), List.of(zero), 0), dtype(turned), 0);
    }

    String dequantize(String value, TfliteTensor.Steps steps, DType dtype, int axis) {
        return emit("DequantizeLinear", Map.of("axis", (long) axis), value, scale(steps), zero(steps, dtype));
    }

    private String scale(TfliteTensor.Steps steps) {
        float[] scales = new float[steps.scales().size()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = steps.scales().get(i);
        }
        return constant(steps.single() ? Tensor.floats(scales) : Tensor.floats(scales, scales.length));
    }

    private String zero(TfliteTensor.Steps steps, DType dtype) {
        TensorType type = steps.single()
                ? TensorType.of(dtype)
                : TensorType.of(dtype, steps.zeros().size());
        return constant(Tensor.integers(type, steps.zeros()::get));
    }

    /** A result, rounded to its steps; integers of another width are cast.
     *  @throws SelvedgeException DTYPE_MISMATCH when the file declares another kind of number */
    void deliver(int output, String value) {
        graph.define(result(output), stepped(result(output), value));
    }

    /** A result that has another shape of as many elements in the file. */
    void deliver(int output, String value, List<Integer> extents) {
        graph.define(result(output), reshaped(stepped(result(output), value), extents));
    }

    /** A result [N,C,H,W], which the file has as [N,H,W,C]. */
    void deliverImage(int output, String value) {
        String stepped = stepped(result(output), value);
        graph.define(result(output), transposed(stepped, 0, 2, 3, 1));
    }

    /** The same, rounded to steps of its own instead of the file's. */
    void deliverImage(int output, String value, float scale, long zero) {
        TfliteTensor.Steps steps = new TfliteTensor.Steps(List.of(scale), List.of(zero), 0);
        graph.define(
                result(output), transposed(quantize(value, steps, result(output).dtype()), 0, 2, 3, 1));
    }

    /** A result that is integers already where the file has integers with steps. */
    void deliverRaw(int output, String value) {
        graph.define(result(output), typed(result(output), value));
    }

    /** A part of an input as the file holds it: rounded again only where the result has other steps. */
    void deliverPart(int output, String value, int input) {
        TfliteTensor source = tensor(input);
        TfliteTensor target = result(output);
        boolean same = source.alike(target) || !source.quantized() && !target.quantized();
        graph.define(target, same ? typed(target, value) : stepped(target, real(value, source)));
    }

    private String stepped(TfliteTensor tensor, String value) {
        if (!tensor.quantized() || dtype(value) != DType.FLOAT32) {
            return typed(tensor, value);
        }
        return quantize(value, tensor.steps().orElseThrow(), tensor.dtype());
    }

    private String quantize(String value, TfliteTensor.Steps steps, DType dtype) {
        return emit("QuantizeLinear", Map.of("axis", (long) steps.axis()), value, scale(steps), zero(steps, dtype));
    }

    private String typed(TfliteTensor tensor, String value) {
        DType wanted = tensor.dtype();
        DType found = dtype(value);
        if (found == wanted) {
            return value;
        }
        if (found.isFloat() != wanted.isFloat() || (found == DType.BOOL) != (wanted == DType.BOOL)) {
            throw new SelvedgeException(
                    ErrorCode.DTYPE_MISMATCH,
                    "gives " + found.text() + ", the file says that '" + tensor.name() + "' is " + wanted.text());
        }
        return cast(value, wanted);
    }

    String cast(String value, DType to) {
        return dtype(value) == to ? value : emit("Cast", Map.of("to", (long) to.onnxCode()), value);
    }

    /**
     * Inputs for an operator that moves elements without computing: integers as they are where the result has the same steps,
     * requantised where it has others.
     */
    String movable(int input) {
        return tensor(input).alike(result(0))
                        || !tensor(input).quantized() && !result(0).quantized()
                ? raw(input)
                : stepped(result(0), real(input));
    }

    /** Applies the activation that the options name in that field. */
    String activated(String value, int field) {
        int activation = options().small(field, 0);
        return switch (activation) {
            case 0 -> value;
            case 1 -> emit("Relu", Map.of(), value);
            case 2 -> clip(value, -1, 1);
            case 3 -> clip(value, 0, 6);
            case 4 -> emit("Tanh", Map.of(), value);
            default ->
                throw unsupported("has the fused activation " + (activation == 5 ? "SIGN_BIT" : activation)
                        + "; supported are RELU, RELU_N1_TO_1, RELU6 and TANH");
        };
    }

    String clip(String value, float from, float to) {
        return emit("Clip", Map.of(), value, number(from), number(to));
    }

    String emit(String onnx, Map<String, Object> attributes, String... values) {
        return graph.emit(hint, onnx, attributes, 1, List.of(values)).getFirst();
    }

    List<String> emitAll(String onnx, Map<String, Object> attributes, int outputs, String... values) {
        return graph.emit(hint, onnx, attributes, outputs, List.of(values));
    }

    String transposed(String value, Integer... perm) {
        return graph.transposed(hint, value, perm);
    }

    String reshaped(String value, List<Integer> extents) {
        return graph.reshaped(hint, value, extents);
    }

    String constant(Tensor tensor) {
        return constant(hint + "_constant", tensor);
    }

    String constant(String name, Tensor tensor) {
        return graph.builder().constant(name, tensor);
    }

    String number(float value) {
        return constant(Tensor.floats(new float[] {value}));
    }

    String integers(List<Integer> values) {
        return constant(Tensor.longs(TfliteGraph.longs(values), values.size()));
    }

    /** A list without the elements at some positions. */
    static List<Integer> without(List<Integer> extents, List<Integer> axes) {
        List<Integer> left = new ArrayList<>();
        for (int axis = 0; axis < extents.size(); axis++) {
            if (!axes.contains(axis)) {
                left.add(extents.get(axis));
            }
        }
        return left;
    }

    static Shape shape(List<Integer> extents) {
        return Shape.of(TfliteGraph.longs(extents));
    }
}
