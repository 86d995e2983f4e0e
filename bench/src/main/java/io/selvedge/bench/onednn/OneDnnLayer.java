package io.selvedge.bench.onednn;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A graph of one convolution or product and its Relu as one primitive of oneDNN, in the memory formats that the library
 * chooses; putting inputs, weights and outputs into them is not part of a run. Quantised layers take and give 8-bit values.
 */
public final class OneDnnLayer {
    private static final int INFERENCE = 96;
    private static final int AUTO = 3;
    private static final int RELU = 32;
    private static final int QUERY_SOURCE = 129;
    private static final int QUERY_WEIGHTS = 131;
    private static final int QUERY_RESULT = 133;

    private final Graph graph;
    private final Map<String, Node> producers;
    private final Node node;
    private final Tensor weights;
    private final float[] scales;
    private final boolean quantized;
    private final MemorySegment attributes = OneDnn.create("dnnl_primitive_attr_create");
    private final List<Object> constants = new ArrayList<>();
    private final MemorySegment primitive;
    private final MemorySegment arguments;
    private final MemorySegment plainInput;
    private final MemorySegment plainOutput;
    private final MemorySegment in;
    private final MemorySegment out;

    /** @throws SelvedgeException UNSUPPORTED_OP when the graph is no such layer */
    public OneDnnLayer(Graph graph) {
        this.graph = graph;
        this.producers = graph.producers();
        List<Node> layers = graph.nodes().stream()
                .filter(n -> n.op() instanceof Conv || n.op() instanceof Gemm)
                .toList();
        if (layers.size() != 1 || graph.inputs().size() != 1 || graph.outputs().size() != 1) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_OP, "oneDNN runs single layers here");
        }
        this.node = layers.getFirst();
        Optional<Node> dequantize = Optional.ofNullable(producers.get(node.input(1)));
        this.quantized = dequantize.isPresent();
        this.weights = constant(dequantize.map(d -> d.input(0)).orElse(node.input(1)));
        this.scales = dequantize.map(d -> constant(d.input(1)).toFloats()).orElse(new float[0]);
        long[] x = extents(graph.inputs().getFirst());
        long[] y = extents(graph.outputs().getFirst());
        int inputType = quantized ? OneDnn.U8 : OneDnn.F32;
        attributes();
        MemorySegment description = node.op() instanceof Conv conv ? convolution(conv, x, y) : product(x, y);
        this.primitive = OneDnn.create("dnnl_primitive_create", description);
        this.plainInput = Arena.global().allocate(Math.multiplyExact(elements(x), quantized ? 1 : 4), 64);
        this.plainOutput = Arena.global().allocate(Math.multiplyExact(elements(y), quantized ? 1 : 4), 64);
        this.in = OneDnn.memory(OneDnn.description(inputType, 0, x), plainInput);
        this.out = OneDnn.memory(OneDnn.description(inputType, 0, y), plainOutput);
        this.arguments = bind(description);
    }

    private Tensor constant(String value) {
        return graph.constant(value)
                .orElseThrow(() -> new SelvedgeException(ErrorCode.UNSUPPORTED_OP, "needs constant weights"));
    }

    private long[] extents(String value) {
        return Arrays.stream(graph.type(value).shape().extents()).asLongStream().toArray();
    }

    private static long elements(long[] extents) {
        return Arrays.stream(extents).reduce(1, Math::multiplyExact);
    }

    private boolean depthwise() {
        return node.op() instanceof Conv conv && conv.group() > 1;
    }

    private long[] weightExtents() {
        long[] w = Arrays.stream(weights.shape().extents()).asLongStream().toArray();
        if (node.op() instanceof Gemm gemm) {
            return gemm.transB() ? new long[] {w[1], w[0]} : w;
        }
        return depthwise() ? new long[] {w[0], 1, w[1], w[2], w[3]} : w;
    }

    private void attributes() {
        boolean relu = graph.nodes().stream().anyMatch(n -> n.op().type().equals("Relu"));
        if (quantized) {
            DequantizeSteps input = steps(graph.nodes().stream()
                    .filter(n -> n.inputs().contains(graph.inputs().getFirst()))
                    .findFirst()
                    .orElseThrow());
            DequantizeSteps output =
                    steps(Objects.requireNonNull(producers.get(graph.outputs().getFirst())));
            scale(OneDnn.SOURCE, 0, input.scale);
            scale(OneDnn.RESULT, 0, output.scale);
            scale(OneDnn.WEIGHTS, node.op() instanceof Gemm ? 2 : depthwise() ? 3 : 1, scales);
            zero(OneDnn.SOURCE, input.zero);
            zero(OneDnn.RESULT, output.zero);
            // Saturation to 0 is the Relu then.
            relu = relu && output.zero != 0;
        }
        if (relu) {
            MemorySegment after = OneDnn.create("dnnl_post_ops_create");
            OneDnn.call("dnnl_post_ops_append_eltwise", after, RELU, 0f, 0f);
            OneDnn.call("dnnl_primitive_attr_set_post_ops", attributes, after);
        }
    }

    private record DequantizeSteps(float scale, int zero) {}

    private DequantizeSteps steps(Node quantization) {
        return new DequantizeSteps(constant(quantization.input(1)).getFloat(0), (int)
                constant(quantization.input(2)).getLong(0));
    }

    private void scale(int argument, int mask, float... values) {
        OneDnn.call("dnnl_primitive_attr_set_scales_mask", attributes, argument, mask);
        constants.addAll(List.of(OneDnn.SCALES | argument, floats(values)));
    }

    private void zero(int argument, int value) {
        if (value != 0) {
            OneDnn.call("dnnl_primitive_attr_set_zero_points_mask", attributes, argument, 0);
            MemorySegment data = Arena.global().allocate(ValueLayout.JAVA_INT, 1);
            data.set(ValueLayout.JAVA_INT, 0, value);
            constants.addAll(
                    List.of(OneDnn.ZERO_POINTS | argument, OneDnn.memory(OneDnn.description(OneDnn.S32, 0, 1), data)));
        }
    }

    private static MemorySegment floats(float... values) {
        MemorySegment data = Arena.global().allocate(4L * values.length, 64);
        data.copyFrom(MemorySegment.ofArray(values));
        return OneDnn.memory(OneDnn.description(OneDnn.F32, 0, values.length), data);
    }

    private MemorySegment any(int type, long... extents) {
        return OneDnn.description(type, OneDnn.ANY, extents);
    }

    private MemorySegment convolution(Conv conv, long[] x, long[] y) {
        int type = quantized ? OneDnn.U8 : OneDnn.F32;
        return OneDnn.create(
                "dnnl_convolution_forward_primitive_desc_create",
                OneDnn.ENGINE,
                INFERENCE,
                AUTO,
                any(type, x),
                any(quantized ? OneDnn.S8 : OneDnn.F32, weightExtents()),
                OneDnn.description(OneDnn.F32, 0, y[1]),
                any(type, y),
                OneDnn.numbers(conv.strides().getFirst(), conv.strides().getLast()),
                OneDnn.numbers(
                        conv.dilations().getFirst() - 1L, conv.dilations().getLast() - 1L),
                OneDnn.numbers(conv.pads().get(0), conv.pads().get(1)),
                OneDnn.numbers(conv.pads().get(2), conv.pads().get(3)),
                attributes);
    }

    private MemorySegment product(long[] x, long[] y) {
        int type = quantized ? OneDnn.U8 : OneDnn.F32;
        return OneDnn.create(
                "dnnl_matmul_primitive_desc_create",
                OneDnn.ENGINE,
                any(type, x),
                any(quantized ? OneDnn.S8 : OneDnn.F32, weightExtents()),
                OneDnn.description(OneDnn.F32, 0, 1, y[1]),
                any(type, y),
                attributes);
    }

    private MemorySegment bias() {
        Optional<Node> dequantize = Optional.ofNullable(producers.get(node.input(2)));
        float[] values =
                constant(dequantize.map(d -> d.input(0)).orElse(node.input(2))).toFloats();
        if (dequantize.isPresent()) {
            float[] steps = constant(dequantize.get().input(1)).toFloats();
            for (int i = 0; i < values.length; i++) {
                values[i] *= steps[i];
            }
        }
        MemorySegment data = Arena.global().allocate(4L * values.length, 64);
        data.copyFrom(MemorySegment.ofArray(values));
        long[] extents = node.op() instanceof Gemm ? new long[] {1, values.length} : new long[] {values.length};
        return OneDnn.memory(OneDnn.description(OneDnn.F32, 0, extents), data);
    }

    /** Weights in the plain order of {@link #weightExtents}. */
    private MemorySegment plainWeights() {
        long[] e = weightExtents();
        boolean turned = node.op() instanceof Gemm gemm && gemm.transB();
        int bytes = quantized ? 1 : 4;
        MemorySegment data = Arena.global().allocate(elements(e) * bytes, 64);
        int rows = (int) e[0];
        int columns = (int) (elements(e) / rows);
        for (int i = 0; i < weights.elements(); i++) {
            int from = turned ? i % columns * rows + i / columns : i;
            if (weights.dtype() == DType.FLOAT32) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, weights.getFloat(from));
            } else {
                data.set(ValueLayout.JAVA_BYTE, i, (byte) weights.getLong(from));
            }
        }
        return OneDnn.memory(OneDnn.description(quantized ? OneDnn.S8 : OneDnn.F32, 0, e), data);
    }

    private MemorySegment source = MemorySegment.NULL;
    private MemorySegment result = MemorySegment.NULL;

    private MemorySegment bind(MemorySegment description) {
        source = chosen(description, QUERY_SOURCE);
        result = chosen(description, QUERY_RESULT);
        MemorySegment w = chosen(description, QUERY_WEIGHTS);
        reorder(plainWeights(), w);
        List<Object> all = new ArrayList<>(
                List.of(OneDnn.SOURCE, source, OneDnn.WEIGHTS, w, OneDnn.BIAS, bias(), OneDnn.RESULT, result));
        all.addAll(constants);
        return OneDnn.arguments(all.toArray());
    }

    /** Memory in the format that the primitive has chosen. */
    private static MemorySegment chosen(MemorySegment description, int query) {
        MemorySegment format = (MemorySegment)
                OneDnn.invoke("dnnl_primitive_desc_query_md", ValueLayout.ADDRESS, description, query, 0);
        return OneDnn.memory(format, Arena.global().allocate(OneDnn.bytes(format), 64));
    }

    private static void reorder(MemorySegment from, MemorySegment to) {
        MemorySegment description = OneDnn.create(
                "dnnl_reorder_primitive_desc_create",
                format(from),
                OneDnn.ENGINE,
                format(to),
                OneDnn.ENGINE,
                MemorySegment.NULL);
        OneDnn.execute(
                OneDnn.create("dnnl_primitive_create", description),
                OneDnn.arguments(OneDnn.SOURCE, from, OneDnn.RESULT, to));
    }

    private static MemorySegment format(MemorySegment memory) {
        MemorySegment place = Arena.global().allocate(ValueLayout.ADDRESS);
        OneDnn.call("dnnl_memory_get_memory_desc", memory, place);
        return place.get(ValueLayout.ADDRESS, 0);
    }

    /** Version of the library. */
    public static String version() {
        return OneDnn.version();
    }

    /** Puts in the input's bytes, NCHW. */
    public void fill(MemorySegment bytes) {
        plainInput.copyFrom(bytes);
        reorder(in, source);
    }

    /** One run. */
    public void run() {
        OneDnn.execute(primitive, arguments);
    }

    /** The output of the last run, NCHW. */
    public float[] output() {
        reorder(result, out);
        if (!quantized) {
            return plainOutput.toArray(ValueLayout.JAVA_FLOAT);
        }
        float[] values = new float[Math.toIntExact(plainOutput.byteSize())];
        for (int i = 0; i < values.length; i++) {
            values[i] = plainOutput.get(ValueLayout.JAVA_BYTE, i) & 0xff;
        }
        return values;
    }
}
