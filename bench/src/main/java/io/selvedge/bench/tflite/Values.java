package io.selvedge.bench.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.testkit.tflite.Fields;
import io.selvedge.testkit.tflite.TfliteWriter;
import io.selvedge.testkit.tflite.TfliteWriter.Steps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Tensors of the file by the graph's values. Values of four axes are NHWC in the file; 8-bit ones are int8: what the graph
 * has as uint8 with zero point z is there with z - 128.
 */
final class Values {
    private static final int DEQUANTIZE = 6;
    private static final int DEQUANTIZE_OPTIONS = 38;

    final Graph graph;
    final TfliteWriter writer = new TfliteWriter();
    private final Map<String, Node> producers;
    private final Map<String, List<Node>> consumers;
    private final Map<String, Integer> floats = new HashMap<>();
    private final Map<String, Integer> eights = new HashMap<>();

    Values(Graph graph) {
        this.graph = graph;
        this.producers = graph.producers();
        this.consumers = graph.consumers();
    }

    static SelvedgeException unsupported(Node node, String why) {
        return new SelvedgeException(
                ErrorCode.UNSUPPORTED_OP, "no TFLite form of " + node.op().type() + " '" + node.name() + "': " + why);
    }

    /** Extents in the file. */
    int[] extents(String value) {
        int[] e = graph.type(value).shape().extents();
        return e.length == 4 ? new int[] {e[0], e[2], e[3], e[1]} : e;
    }

    /** An input; an 8-bit one has the steps of the DequantizeLinear that reads it. */
    void input(String value) {
        DType dtype = graph.type(value).dtype();
        Optional<Node> dequantize =
                onlyReader(value).filter(node -> node.op().type().equals("DequantizeLinear"));
        if (dequantize.isPresent()) {
            eights.put(value, writer.input(value, DType.INT8, steps(dequantize.get()), extents(value)));
        } else {
            floats.put(value, writer.input(value, dtype, extents(value)));
        }
    }

    /** The tensor of an output of the graph. */
    int output(String value) {
        return eights.containsKey(value) ? Objects.requireNonNull(eights.get(value)) : floating(value);
    }

    /** A tensor for a float value that an operator writes. */
    int define(String value) {
        int tensor = writer.tensor(value, DType.FLOAT32, extents(value));
        floats.put(value, tensor);
        return tensor;
    }

    /** A tensor for the result of a QuantizeLinear. */
    int defineEight(Node quantize) {
        int tensor = writer.tensor(quantize.output(), DType.INT8, steps(quantize), extents(quantize.output()));
        eights.put(quantize.output(), tensor);
        return tensor;
    }

    /** Steps of a QuantizeLinear or DequantizeLinear of activations. */
    Steps steps(Node node) {
        Tensor scale = constant(node, 1);
        boolean signed = !node.hasInput(2) || constant(node, 2).dtype() != DType.UINT8;
        long zero = node.hasInput(2) ? constant(node, 2).getLong(0) : 0;
        if (scale.elements() != 1) {
            throw unsupported(node, "activations have one scale");
        }
        return new Steps(scale.getFloat(0), signed ? zero : zero - 128);
    }

    Tensor constant(Node node, int index) {
        return graph.constant(node.input(index)).orElseThrow(() -> unsupported(node, "needs constant parameters"));
    }

    /** The DequantizeLinear that a value comes from. */
    Optional<Node> dequantize(String value) {
        return Optional.ofNullable(producers.get(value))
                .filter(node -> node.op().type().equals("DequantizeLinear"));
    }

    Optional<Node> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** The one node that reads a value which is no output of the graph. */
    Optional<Node> onlyReader(String value) {
        List<Node> readers = consumers.getOrDefault(value, List.of());
        return readers.size() == 1 && !graph.outputs().contains(value)
                ? Optional.of(readers.getFirst())
                : Optional.empty();
    }

    /** The 8-bit tensor that a value is the real number of. */
    Optional<Integer> eight(String value) {
        return dequantize(value)
                .filter(node -> eights.containsKey(node.input(0)))
                .map(node -> eights.get(node.input(0)));
    }

    /** A float tensor; of an 8-bit value behind a DEQUANTIZE. */
    int floating(String value) {
        Integer known = floats.get(value);
        if (known != null) {
            return known;
        }
        Optional<Tensor> constant = graph.constant(value);
        if (constant.isPresent()) {
            int tensor = writer.constant(value, constant.get());
            floats.put(value, tensor);
            return tensor;
        }
        int eight = eight(value).orElseThrow(() -> new IllegalStateException("no tensor for " + value));
        int tensor = define(value);
        writer.operator(DEQUANTIZE, DEQUANTIZE_OPTIONS, Fields.of(), new int[] {eight}, tensor);
        return tensor;
    }

    /** A float operand of an element-wise operator whose result has that rank. */
    int operand(String value, int rank) {
        Optional<Tensor> constant = graph.constant(value);
        if (constant.isEmpty() || rank != 4 || constant.get().elements() == 1) {
            return floating(value);
        }
        int[] e = constant.get().shape().extents();
        int[] four = {1, 1, 1, 1};
        System.arraycopy(e, 0, four, 4 - e.length, e.length);
        Shape shape = Shape.of(four[0], four[1], four[2], four[3]);
        return writer.constant(value, permuted(constant.get().reshaped(shape), 0, 2, 3, 1));
    }

    /** A tensor with its axes in another order. */
    static Tensor permuted(Tensor tensor, int... axes) {
        int[] from = tensor.shape().extents();
        int[] strides = new int[from.length];
        int stride = 1;
        for (int a = from.length - 1; a >= 0; a--) {
            strides[a] = stride;
            stride *= from[a];
        }
        long[] to = new long[axes.length];
        for (int a = 0; a < axes.length; a++) {
            to[a] = from[axes[a]];
        }
        int[] sources = new int[tensor.elements()];
        for (int i = 0; i < sources.length; i++) {
            int rest = i;
            for (int a = axes.length - 1; a >= 0; a--) {
                sources[i] += (int) (rest % to[a]) * strides[axes[a]];
                rest /= (int) to[a];
            }
        }
        return tensor.select(Shape.of(to), sources);
    }

    static TensorType type(DType dtype, int... extents) {
        return new TensorType(
                dtype, Shape.of(java.util.Arrays.stream(extents).asLongStream().toArray()));
    }
}
