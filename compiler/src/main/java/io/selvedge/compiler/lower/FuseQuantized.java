package io.selvedge.compiler.lower;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.QConv;
import io.selvedge.compiler.op.QPool;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Resize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns DequantizeLinear - operator - QuantizeLinear patterns into operators on 8-bit values. No rounding of the QDQ graph is
 * removed; what fits no pattern stays in float between its DequantizeLinear and QuantizeLinear.
 */
public final class FuseQuantized {
    private static final Set<String> MOVEMENT =
            Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "MaxPool", "Identity", "Concat");

    private final Graph graph;
    private final QuantizedWires wires;
    private final Map<String, Tensor> constants;
    private final Map<String, TensorType> types;
    private final List<Node> nodes = new ArrayList<>();

    private FuseQuantized(Graph graph) {
        this.graph = graph;
        this.wires = new QuantizedWires(graph);
        this.constants = new LinkedHashMap<>(graph.constants());
        this.types = new LinkedHashMap<>(graph.types());
    }

    /** The graph with 8-bit operators; the same instance when nothing is quantised. */
    public static Graph run(Graph graph) {
        if (graph.nodes().stream().noneMatch(n -> QuantizedWires.is(n, "QuantizeLinear"))) {
            return graph;
        }
        return new FuseQuantized(graph).fuse();
    }

    private Graph fuse() {
        for (Node node : graph.nodes()) {
            Optional<Node> fused = QuantizedWires.is(node, "QuantizeLinear") ? fuse(node) : Optional.empty();
            nodes.add(fused.orElse(node));
        }
        return graph.with(Graph.live(nodes, graph.outputs()), constants, types);
    }

    private Optional<Node> fuse(Node quantize) {
        Optional<QConv.Quant> quant = wires.quant(quantize);
        DType out = graph.type(quantize.output()).dtype();
        // Between halves every step is rounded, which 8-bit kernels would not do.
        boolean single = graph.type(quantize.input(0)).dtype() == DType.FLOAT32;
        if (quant.isEmpty() || !single || out != DType.INT8 && out != DType.UINT8) {
            return Optional.empty();
        }
        int low = out == DType.INT8 ? -128 : 0;
        Clamp clamp = clamp(quantize.input(0), quant.get(), low);
        Optional<Node> source = wires.producer(clamp.value());
        if (source.isEmpty() || !wires.readOnce(clamp.value())) {
            return Optional.empty();
        }
        Node body = source.get();
        return switch (body.op().type()) {
            case "Conv", "Gemm", "MatMul" -> convolution(quantize, body, quant.get(), clamp, out);
            case "Add" -> residual(quantize, body, quant.get(), clamp).or(() -> region(quantize));
            case "AveragePool", "GlobalAveragePool" ->
                clamp.value().equals(quantize.input(0))
                        ? averagePool(quantize, body, quant.get(), out)
                        : Optional.empty();
            default -> movement(quantize, quant.get()).or(() -> region(quantize));
        };
    }

    private Optional<Node> region(Node quantize) {
        return new QuantizedRegion(graph, wires).fuse(quantize);
    }

    /** What is left of a value once the Relu or Clip in front of its QuantizeLinear became bounds. */
    private record Clamp(String value, int lo, int hi) {}

    private Clamp clamp(String value, QConv.Quant quant, int low) {
        Optional<Node> node = wires.producer(value);
        boolean relu = node.isPresent() && QuantizedWires.is(node.get(), "Relu");
        boolean clip = node.isPresent() && QuantizedWires.is(node.get(), "Clip");
        if (!(relu || clip) || !wires.readOnce(value)) {
            return new Clamp(value, low, low + 255);
        }
        float from = relu ? 0 : bound(node.get(), 1, Float.NEGATIVE_INFINITY);
        float to = relu ? Float.POSITIVE_INFINITY : bound(node.get(), 2, Float.POSITIVE_INFINITY);
        if (Float.isNaN(from) || Float.isNaN(to)) {
            return new Clamp(value, low, low + 255);
        }
        return new Clamp(node.get().input(0), quantized(from, quant, low), quantized(to, quant, low));
    }

    private float bound(Node clip, int input, float otherwise) {
        if (!clip.hasInput(input)) {
            return otherwise;
        }
        return graph.constant(clip.input(input)).map(t -> t.getFloat(0)).orElse(Float.NaN);
    }

    private static int quantized(float value, QConv.Quant quant, int low) {
        double steps = Math.rint(value / quant.scale()) + quant.zeroPoint();
        return (int) Math.min(Math.max(steps, low), low + 255);
    }

    private Optional<Node> convolution(Node quantize, Node conv, QConv.Quant y, Clamp clamp, DType out) {
        boolean gemm = !conv.op().type().equals("Conv");
        Optional<Node> x = wires.dequantize(conv.input(0));
        Optional<QuantizedWeights> weights = QuantizedWeights.of(graph, wires, conv);
        int rank = graph.type(conv.input(0)).shape().rank();
        if (x.isEmpty() || weights.isEmpty() || gemm && rank < 2) {
            return Optional.empty();
        }
        QConv.Quant xq = wires.quant(x.get()).orElseThrow();
        Optional<Tensor> bias = weights.get().bias(graph, wires, conv, xq.scale());
        if (bias.isEmpty() && conv.hasInput(2)) {
            return Optional.empty();
        }
        String w = add(conv.input(1) + ".s8", weights.get().values());
        String b = bias.map(t -> add(quantize.output() + ".s32", t)).orElse("");
        QConv op = new QConv(
                QuantizedWires.ints(conv, "strides"),
                gemm ? List.of() : pads(conv),
                QuantizedWires.ints(conv, "dilations"),
                Math.toIntExact(QuantizedWires.integer(conv, "group", 1)),
                xq,
                weights.get().scales(),
                y,
                clamp.lo(),
                clamp.hi(),
                Optional.empty(),
                gemm ? rows(quantize.output()) : graph.type(quantize.output()).shape(),
                out);
        if (!gemm || rank == 2) {
            return Optional.of(new Node(conv.name(), op, List.of(x.get().input(0), w, b), quantize.outputs()));
        }
        // Leading axes are rows too: the matrix that the kernel reads and writes is the same memory.
        String matrix = reshaped(x.get().input(0), quantize.output() + ".rows");
        String product = quantize.output() + ".product";
        types.put(product, new TensorType(out, op.outShape()));
        nodes.add(new Node(conv.name(), op, List.of(matrix, w, b), List.of(product)));
        Tensor shape = shape(graph.type(quantize.output()).shape());
        List<String> inputs = List.of(product, add(quantize.output() + ".shape", shape));
        return Optional.of(new Node(conv.name() + ".reshape", new Reshape(false), inputs, quantize.outputs()));
    }

    private String reshaped(String value, String name) {
        Shape rows = rows(value);
        types.put(name, new TensorType(graph.type(value).dtype(), rows));
        List<String> inputs = List.of(value, add(name + ".shape", shape(rows)));
        nodes.add(new Node(name, new Reshape(false), inputs, List.of(name)));
        return name;
    }

    private Shape rows(String value) {
        int[] extents = graph.type(value).shape().extents();
        int columns = extents[extents.length - 1];
        return Shape.of(graph.type(value).shape().elements() / Math.max(1, columns), columns);
    }

    private static Tensor shape(Shape shape) {
        return Tensor.longs(Arrays.stream(shape.extents()).asLongStream().toArray(), shape.rank());
    }

    /** Explicit pads; the importer has resolved auto_pad. */
    private static List<Integer> pads(Node node) {
        return QuantizedWires.ints(node, "pads");
    }

    private String add(String name, Tensor tensor) {
        constants.put(name, tensor);
        types.put(name, tensor.type());
        return name;
    }

    /** Add of a convolution that nobody else reads and another 8-bit value: the sum becomes the convolution's epilogue. */
    private Optional<Node> residual(Node quantize, Node add, QConv.Quant sum, Clamp clamp) {
        for (int side = 1; side >= 0; side--) {
            Optional<Node> ours = wires.dequantize(add.input(side));
            Optional<Node> theirs = wires.dequantize(add.input(1 - side));
            if (ours.isEmpty()
                    || theirs.isEmpty()
                    || !wires.readOnce(add.input(side))
                    || !wires.readOnce(ours.get().input(0))) {
                continue;
            }
            String q = ours.get().input(0);
            int index = indexOfProducer(q);
            boolean sameShape = graph.type(q)
                    .shape()
                    .equals(graph.type(theirs.get().input(0)).shape());
            boolean sameType = graph.type(q).dtype()
                            == graph.type(theirs.get().input(0)).dtype()
                    && graph.type(q).dtype() == graph.type(quantize.output()).dtype();
            if (index < 0
                    || !sameShape
                    || !sameType
                    || !(nodes.get(index).op() instanceof QConv conv)
                    || conv.add().isPresent()) {
                continue;
            }
            Node source = nodes.remove(index);
            QConv fused = new QConv(
                    conv.strides(),
                    conv.pads(),
                    conv.dilations(),
                    conv.group(),
                    conv.x(),
                    conv.scaleW(),
                    conv.y(),
                    conv.lo(),
                    conv.hi(),
                    Optional.of(
                            new QConv.Residual(wires.quant(theirs.get()).orElseThrow(), sum, clamp.lo(), clamp.hi())),
                    conv.outShape(),
                    conv.outType());
            List<String> inputs = List.of(
                    source.input(0),
                    source.input(1),
                    source.input(2),
                    theirs.get().input(0));
            return Optional.of(new Node(source.name() + " + " + add.name(), fused, inputs, quantize.outputs()));
        }
        return Optional.empty();
    }

    private int indexOfProducer(String value) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).outputs().contains(value)) {
                return i;
            }
        }
        return -1;
    }

    private Optional<Node> averagePool(Node quantize, Node pool, QConv.Quant y, DType out) {
        Optional<Node> x = wires.dequantize(pool.input(0));
        int rank = graph.type(pool.input(0)).shape().rank();
        if (x.isEmpty() || rank < 3 || rank > 4) {
            return Optional.empty();
        }
        List<Integer> kernel = new ArrayList<>(QuantizedWires.ints(pool, "kernel_shape"));
        if (kernel.isEmpty()) {
            for (int axis = 2; axis < rank; axis++) {
                kernel.add(graph.type(pool.input(0)).shape().extent(axis));
            }
        }
        QPool op = new QPool(
                kernel,
                QuantizedWires.ints(pool, "strides"),
                QuantizedWires.ints(pool, "pads"),
                QuantizedWires.integer(pool, "count_include_pad", 0) != 0,
                wires.quant(x.get()).orElseThrow(),
                y,
                graph.type(quantize.output()).shape(),
                out);
        return Optional.of(new Node(pool.name(), op, List.of(x.get().input(0)), quantize.outputs()));
    }

    /** Operators that only move or compare elements run on 8-bit values when all sides share one quantisation. */
    private Optional<Node> movement(Node quantize, QConv.Quant y) {
        Node body = wires.producer(quantize.input(0)).orElseThrow();
        boolean moves = MOVEMENT.contains(body.op().type()) || body.op() instanceof Resize op && op.copiesElements();
        if (!moves
                || !body.op().domain().isEmpty()
                || !wires.readOnce(quantize.input(0))
                || body.outputs().size() != 1) {
            return Optional.empty();
        }
        int data = body.op().type().equals("Concat") ? body.inputs().size() : 1;
        List<String> inputs = new ArrayList<>(body.inputs());
        for (int i = 0; i < data; i++) {
            Optional<Node> x = wires.dequantize(body.input(i));
            boolean same = x.isPresent()
                    && wires.quant(x.get()).orElseThrow().equals(y)
                    && graph.type(x.get().input(0)).dtype()
                            == graph.type(quantize.output()).dtype();
            if (!same) {
                return Optional.empty();
            }
            inputs.set(i, x.get().input(0));
        }
        Op op = body.op();
        return Optional.of(new Node(body.name(), op, inputs, quantize.outputs()));
    }
}
