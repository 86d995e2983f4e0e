package io.selvedge.bench.tflite;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Activation;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.testkit.tflite.Fields;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A graph of convolutional operators as a TFLite file: the same weights, the same quantisation, inputs and outputs NHWC. What
 * stands between a DequantizeLinear and a QuantizeLinear is written in int8 where TFLite has such an operator, else in float
 * with the conversions that the graph has.
 */
public final class TfliteExporter {
    private static final int ADD = 0;
    private static final int AVERAGE_POOL = 1;
    private static final int CONCATENATION = 2;
    private static final int LOGISTIC = 14;
    private static final int MAX_POOL = 17;
    private static final int MUL = 18;
    private static final int RELU = 19;
    private static final int RELU6 = 21;
    private static final int RESHAPE = 22;
    private static final int SOFTMAX = 25;
    private static final int MEAN = 40;
    private static final int RESIZE_NEAREST = 97;
    private static final int QUANTIZE = 114;
    private static final int HARD_SWISH = 117;

    private final Graph graph;
    private final Values values;
    private final Products products;
    private final Set<Node> taken = new HashSet<>();

    private TfliteExporter(Graph graph) {
        this.graph = graph;
        this.values = new Values(graph);
        this.products = new Products(values);
    }

    /**
     * Bytes of the file.
     *
     * @param simplified plain ONNX operators, static shapes
     * @throws SelvedgeException UNSUPPORTED_OP with the node and the reason
     */
    public static byte[] write(Graph simplified) {
        return new TfliteExporter(simplified).file();
    }

    private byte[] file() {
        graph.inputs().forEach(values::input);
        for (Node node : graph.nodes()) {
            if (!taken.contains(node)) {
                add(node);
            }
        }
        graph.outputs().forEach(output -> values.writer.output(values.output(output)));
        return values.writer.bytes();
    }

    private void add(Node node) {
        switch (node.op()) {
            case Conv conv -> take(products.conv(node, conv), node.input(0));
            case Gemm gemm -> take(products.gemm(node, gemm), node.input(0));
            case ConvTranspose conv -> transposed(node, conv);
            case Pool pool -> pool(node, pool);
            case Concat concat -> concat(node, concat);
            case Softmax softmax -> softmax(node, softmax);
            case Activation activation -> activation(node, activation);
            default -> addByName(node);
        }
    }

    private void addByName(Node node) {
        switch (node.op().type()) {
            case "DequantizeLinear" -> {
                // Its readers take the tensor before it, in whichever form they need.
            }
            case "QuantizeLinear" ->
                values.writer.operator(
                        QUANTIZE, 89, Fields.of(), reads(values.floating(node.input(0))), values.defineEight(node));
            case "Add" -> binary(node, ADD, 11);
            case "Mul" -> binary(node, MUL, 21);
            case "Relu", "Clip" -> clamp(node);
            case "Sigmoid" -> unary(node, LOGISTIC, 0);
            case "HardSwish" -> unary(node, HARD_SWISH, 91);
            case "GlobalAveragePool" -> mean(node);
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshape(node);
            case "Resize" -> resize(node);
            default -> throw Values.unsupported(node, "the writer does not know it");
        }
    }

    private void take(Epilogue epilogue, String input) {
        taken.addAll(epilogue.taken());
        if (values.eight(input).isPresent()) {
            taken.addAll(epilogue.quantize().stream().toList());
        }
    }

    private static int[] reads(int... tensors) {
        return tensors;
    }

    /** An operator over all inputs in int8 where they and the result are quantised, else in float. */
    private void uniform(
            Node node, List<String> inputs, int code, int optionsKind, Fields options, int activationField) {
        Epilogue epilogue = Epilogue.of(values, node.output());
        boolean activates = activationField >= 0;
        boolean eight = epilogue.quantize().isPresent()
                && (activates || epilogue.activation() == 0)
                && inputs.stream().allMatch(input -> values.eight(input).isPresent());
        boolean fused = activates && (eight || epilogue.quantize().isEmpty());
        int[] operands = new int[inputs.size()];
        int rank = graph.type(node.output()).shape().rank();
        for (int i = 0; i < operands.length; i++) {
            operands[i] = eight ? values.eight(inputs.get(i)).orElseThrow() : values.operand(inputs.get(i), rank);
        }
        if (fused) {
            options.set(activationField, epilogue.activation());
            taken.addAll(epilogue.taken());
        }
        int result;
        if (eight) {
            taken.addAll(epilogue.quantize().stream().toList());
            result = values.defineEight(epilogue.quantize().orElseThrow());
        } else {
            result = values.define(fused ? epilogue.value() : node.output());
        }
        values.writer.operator(code, optionsKind, options, operands, result);
    }

    private void binary(Node node, int code, int optionsKind) {
        uniform(node, node.inputs(), code, optionsKind, Fields.of(), 0);
    }

    /** In float alone. */
    private void unary(Node node, int code, int optionsKind) {
        values.writer.operator(
                code, optionsKind, Fields.of(), reads(values.floating(node.input(0))), values.define(node.output()));
    }

    private void clamp(Node node) {
        byte kind = Epilogue.kind(values, node);
        if (kind == 0) {
            throw Values.unsupported(node, "its bounds are not 0 and 6");
        }
        unary(node, node.op().type().equals("Relu") ? RELU : RELU6, 0);
    }

    /** {@code max(0, min(1, a x + b)) = relu6(6 a x + 6 b) / 6}. */
    private void activation(Node node, Activation activation) {
        if (activation.kind() != Activation.Kind.HARD_SIGMOID) {
            throw Values.unsupported(node, "the writer does not know it");
        }
        int[] extents = values.extents(node.output());
        int scaled = values.writer.tensor(node.name() + "_scaled", DType.FLOAT32, extents);
        int clamped = values.writer.tensor(node.name() + "_clamped", DType.FLOAT32, extents);
        values.writer.operator(
                MUL, 21, Fields.of(), reads(values.floating(node.input(0)), scalar(6 * activation.alpha())), scaled);
        values.writer.operator(
                ADD, 11, Fields.of().set(0, (byte) 3), reads(scaled, scalar(6 * activation.beta())), clamped);
        values.writer.operator(MUL, 21, Fields.of(), reads(clamped, scalar(1f / 6)), values.define(node.output()));
    }

    private int scalar(float value) {
        return values.writer.constant("scalar", Tensor.floats(new float[] {value}));
    }

    private record Ends(int input, int result, boolean eight) {}

    /** First input and result of an operator, both in 8 bits where the graph has both so. */
    private Ends ends(Node node) {
        Optional<Node> quantize = Optional.of(Epilogue.of(values, node.output()))
                .filter(epilogue -> epilogue.activation() == 0)
                .flatMap(Epilogue::quantize);
        Optional<Integer> eight = values.eight(node.input(0)).filter(_ -> quantize.isPresent());
        if (eight.isEmpty()) {
            return new Ends(values.floating(node.input(0)), values.define(node.output()), false);
        }
        taken.add(quantize.orElseThrow());
        return new Ends(eight.get(), values.defineEight(quantize.orElseThrow()), true);
    }

    private void mean(Node node) {
        int axes = values.writer.integers(node.name() + "_axes", 1, 2);
        Ends ends = ends(node);
        values.writer.operator(MEAN, 27, Fields.of().set(0, (byte) 1), reads(ends.input, axes), ends.result);
    }

    private void pool(Node node, Pool pool) {
        int[] x = graph.type(node.input(0)).shape().extents();
        int[] window = {0, 0, pool.kernelShape().getFirst(), pool.kernelShape().getLast()};
        boolean max = pool.kind() == Pool.Kind.MAX;
        if (x.length != 4 || pool.ceilMode() || pool.dilations().stream().anyMatch(d -> d != 1)) {
            throw Values.unsupported(node, "needs two axes, without ceil_mode and dilations");
        }
        boolean same = Windows.isSame(x, window, pool.strides(), pool.pads(), pool.dilations());
        boolean valid = pool.pads().stream().allMatch(p -> p == 0);
        boolean positive = isBehindRelu(node.input(0));
        if (!same && !valid && !(max && positive) || same && !valid && !max && pool.countIncludePad()) {
            throw Values.unsupported(node, "TFLite has no such pads");
        }
        Ends ends = ends(node);
        int input = same || valid ? ends.input : Windows.padded(values, node, ends.input, pool.pads());
        Fields options = Fields.of()
                .set(0, (byte) (same ? 0 : 1))
                .set(1, pool.strides().getLast())
                .set(2, pool.strides().getFirst())
                .set(3, pool.kernelShape().getLast())
                .set(4, pool.kernelShape().getFirst());
        if (max || !ends.eight) {
            values.writer.operator(max ? MAX_POOL : AVERAGE_POOL, 5, options, reads(input), ends.result);
            return;
        }
        // An 8-bit average has the steps of what it averages; ours has its own.
        int average = values.writer.tensor(
                node.name() + "_average",
                DType.INT8,
                values.steps(values.dequantize(node.input(0)).orElseThrow()),
                values.extents(node.output()));
        values.writer.operator(AVERAGE_POOL, 5, options, reads(input), average);
        values.writer.operator(QUANTIZE, 89, Fields.of(), reads(average), ends.result);
    }

    /** Whether zeros are no larger than any value, so that they may pad a maximum. */
    private boolean isBehindRelu(String value) {
        Optional<Node> producer = values.producer(value);
        while (producer.filter(node -> Set.of("QuantizeLinear", "DequantizeLinear")
                        .contains(node.op().type()))
                .isPresent()) {
            producer = values.producer(producer.get().input(0));
        }
        return producer.map(node -> Epilogue.kind(values, node) != 0).orElse(false);
    }

    private void reshape(Node node) {
        int[] from = values.extents(node.input(0));
        int[] to = values.extents(node.output());
        boolean moves = (from.length == 4) != (to.length == 4) && plane(from) * plane(to) != 1
                || from.length == 4 && to.length == 4 && !Arrays.equals(from, to);
        if (moves) {
            throw Values.unsupported(node, "in NHWC it would move elements");
        }
        int shape = values.writer.integers(node.name() + "_shape", to);
        Ends ends = ends(node);
        values.writer.operator(RESHAPE, 17, Fields.of().set(0, to), reads(ends.input, shape), ends.result);
    }

    private static int plane(int[] extents) {
        return extents.length == 4 ? extents[1] * extents[2] : 1;
    }

    private void concat(Node node, Concat concat) {
        int rank = graph.type(node.output()).shape().rank();
        int axis = Math.floorMod(concat.axis(), rank);
        int inFile = rank == 4 ? new int[] {0, 3, 1, 2}[axis] : axis;
        uniform(node, node.inputs(), CONCATENATION, 10, Fields.of().set(0, inFile), -1);
    }

    private void softmax(Node node, Softmax softmax) {
        int rank = graph.type(node.output()).shape().rank();
        int axis = Math.floorMod(softmax.axis(), rank);
        if (softmax.log() || axis != (rank == 4 ? 1 : rank - 1)) {
            throw Values.unsupported(node, "needs the last axis");
        }
        values.writer.operator(
                SOFTMAX,
                9,
                Fields.of().set(0, 1f),
                reads(values.floating(node.input(0))),
                values.define(node.output()));
    }

    private void resize(Node node) {
        int[] x = values.extents(node.input(0));
        int[] y = values.extents(node.output());
        boolean nearest = "nearest".equals(node.op().attributes().get("mode"))
                && "asymmetric".equals(node.op().attributes().get("coordinate_transformation_mode"))
                && "floor".equals(node.op().attributes().get("nearest_mode"));
        if (x.length != 4 || !nearest || y[1] % x[1] != 0 || y[2] % x[2] != 0) {
            throw Values.unsupported(node, "needs whole factors, nearest, asymmetric and floor");
        }
        int size = values.writer.integers(node.name() + "_size", y[1], y[2]);
        values.writer.operator(
                RESIZE_NEAREST,
                74,
                Fields.of(),
                reads(values.floating(node.input(0)), size),
                values.define(node.output()));
    }

    private void transposed(Node node, ConvTranspose conv) {
        List<Integer> strides = conv.strides();
        int[] w = graph.type(node.input(1)).shape().extents();
        boolean plain = w.length == 4
                && w[2] == strides.getFirst()
                && w[3] == strides.getLast()
                && Arrays.equals(
                        graph.type(node.output()).shape().extents(),
                        upsampled(graph.type(node.input(0)).shape().extents(), w[1], strides));
        if (!plain) {
            throw Values.unsupported(node, "needs a kernel of the stride's size and no pads");
        }
        products.transposedConv(node, strides);
    }

    private static int[] upsampled(int[] x, int channels, List<Integer> strides) {
        return new int[] {x[0], channels, x[2] * strides.getFirst(), x[3] * strides.getLast()};
    }
}
