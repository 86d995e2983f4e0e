package io.selvedge.compiler.program;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.PluginCode;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Collects buffers, weights and steps while operators lower themselves. INT8 values other than the io buffers are held as
 * u8 (xor 0x80): {@link #zeroPoint} shifts a zero point accordingly.
 */
public final class ProgramBuilder {
    private static final int VECTOR = 16;

    private final Graph graph;
    private final Map<String, WindowReader.Request> requests = new HashMap<>();
    private final Map<String, View> views = new HashMap<>();
    private final Map<String, Integer> weightIds = new HashMap<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Program.Weight> weights = new ArrayList<>();
    private final List<Program.Step> steps = new ArrayList<>();
    private final List<Integer> inputs = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();
    private String scope = "";

    public ProgramBuilder(Graph graph) {
        this.graph = graph;
        for (Node node : graph.nodes()) {
            if (node.op() instanceof WindowReader reader && reader.readsWindows(node, graph)) {
                requests.merge(node.input(0), reader.request(node, graph), WindowReader.Request::and);
            }
        }
        for (String name : graph.inputs()) {
            TensorType type = graph.type(name);
            Layout layout = denseAsChannelsLast(type.shape());
            int id = add(
                    name,
                    type.dtype(),
                    type.shape(),
                    layout,
                    WindowReader.Request.NONE,
                    Buffer.Place.INPUT,
                    inputs.size());
            inputs.add(id);
            if (type.dtype() == DType.INT8) {
                scope = name;
                View raw = whole(id);
                View biased = define(name);
                emit(new Kernel.Copy(raw.extentList(), raw.strided(), biased.strided(), 1, 0x80), 0);
            } else {
                views.put(name, whole(id));
            }
        }
    }

    public Graph graph() {
        return graph;
    }

    /** Extents of a value. */
    public int[] extents(String value) {
        return graph.type(value).shape().extents();
    }

    /** The zero point under which a value of this dtype is held. */
    public static int zeroPoint(DType dtype, int zeroPoint) {
        return dtype == DType.INT8 ? zeroPoint + 128 : zeroPoint;
    }

    /** Starts a node: steps emitted from now on carry its name. */
    public void enter(Node node) {
        scope = node.name();
    }

    /** A value in whatever layout it has; constants become weights (dense, in their dtype; 8-bit signed ones xor 0x80). */
    public View view(String value) {
        View known = views.get(value);
        if (known != null) {
            return known;
        }
        Tensor constant = graph.constant(value)
                .orElseThrow(() -> new IllegalStateException("value '" + value + "' is read before it is written"));
        int[] extents = constant.shape().extents();
        ByteBuffer bytes = constant.dtype() == DType.INT8 ? biased(constant.bytes()) : constant.bytes();
        View view = new View(weight(value, bytes), true, 0, extents, View.denseStrides(extents));
        views.put(value, view);
        return view;
    }

    private static ByteBuffer biased(ByteBuffer signed) {
        byte[] bytes = new byte[signed.remaining()];
        signed.get(bytes);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= (byte) 0x80;
        }
        return ByteBuffer.wrap(bytes);
    }

    /** Id of a channels-last buffer that holds the value with the border and pitch that its readers asked for; copies when needed. */
    public int channelsLast(String value) {
        return channelsLast(value, graph.type(value).shape());
    }

    /** The same for a value that is read under another shape of as many elements (a [M,K] matrix, say). */
    public int channelsLast(String value, Shape shape) {
        return channelsLast(value, shape, WindowReader.Request.NONE);
    }

    private int channelsLast(String value, Shape shape, WindowReader.Request more) {
        View view = view(value)
                .reshaped(shape.extents())
                .orElseGet(() -> dense(value).reshaped(shape.extents()).orElseThrow());
        WindowReader.Request request =
                requests.getOrDefault(value, WindowReader.Request.NONE).and(more);
        if (!view.weight() && serves(buffers.get(view.buffer()), view, shape, request)) {
            return view.buffer();
        }
        boolean given = isGivenInPixels(view, shape, request);
        int id = add(
                value + ".nhwc",
                heldDType(value),
                shape,
                channelsLastLayout(shape, request, false),
                request,
                given ? Buffer.Place.INPUT : Buffer.Place.ARENA,
                given ? buffers.get(view.buffer()).ioIndex() : -1);
        if (!given) {
            copy(view, whole(id), heldDType(value).bytes());
        }
        if (shape.equals(graph.type(value).shape())) {
            views.put(value, whole(id));
        }
        return id;
    }

    /** Whether the caller's memory already is the channels-last buffer that is asked for. */
    private boolean isGivenInPixels(View view, Shape shape, WindowReader.Request request) {
        return !view.weight()
                && buffers.get(view.buffer()).place() == Buffer.Place.INPUT
                && !request.hasBorder()
                && request.slackBytes() == 0
                && channelsLastLayout(shape, request, false).channelPitch() == shape.extent(1)
                && view.offset() == 0
                && view.permuted(pixelOrder(shape.rank())).isDense();
    }

    /** The axes [N,C,...] in the order [N,...,C]. */
    private static int[] pixelOrder(int rank) {
        int[] order = new int[rank];
        for (int axis = 1; axis < rank; axis++) {
            order[axis] = axis + 1 < rank ? axis + 1 : 1;
        }
        return order;
    }

    private static boolean serves(Buffer buffer, View view, Shape shape, WindowReader.Request request) {
        if (!(buffer.layout() instanceof Layout.ChannelsLast layout)
                || !buffer.shape().equals(shape)) {
            return false;
        }
        boolean wide = layout.top() >= request.top()
                && layout.left() >= request.left()
                && layout.bottom() >= request.bottom()
                && layout.right() >= request.right()
                && (!request.vectors() || layout.channelPitch() % VECTOR == 0)
                && buffer.slackBytes() >= request.slackBytes()
                && (!request.hasBorder() || buffer.padValue() == request.padValue());
        View own = wholeOf(buffer);
        if (!wide || view.offset() != own.offset()) {
            return false;
        }
        for (int axis = 0; axis < own.extents().length; axis++) {
            if (own.extents()[axis] != 1 && own.strides()[axis] != view.strides()[axis]) {
                return false;
            }
        }
        return true;
    }

    /** A dense row-major view of the value (its axes in order, no gaps); copies when needed. */
    public View dense(String value) {
        View view = view(value);
        if (view.weight() || view.isDense()) {
            return view;
        }
        int id = add(
                value + ".dense",
                heldDType(value),
                graph.type(value).shape(),
                new Layout.RowMajor(),
                WindowReader.Request.NONE,
                Buffer.Place.ARENA,
                -1);
        copy(view, whole(id), heldDType(value).bytes());
        return whole(id);
    }

    /** Makes the buffer of an output value in the layout that its readers prefer, and returns the view to write through. */
    public View define(String value) {
        return define(value, false, List.of());
    }

    /** As {@link #define}, but prefers the layout of the given inputs (element-wise kernels). */
    public View defineLike(String value, List<View> like) {
        return define(value, false, like);
    }

    /** Makes a channels-last output buffer whose channel pitch is a multiple of 16, for kernels that write whole vectors. */
    public int defineVectors(String value) {
        return define(value, true, List.of()).buffer();
    }

    private View define(String value, boolean vectors, List<View> like) {
        TensorType type = graph.type(value);
        WindowReader.Request request = requests.getOrDefault(value, WindowReader.Request.NONE);
        boolean spatial = type.shape().rank() >= 2 && type.shape().rank() <= 4;
        boolean channelsLast = vectors
                || spatial
                        && (requests.containsKey(value)
                                || like.stream().anyMatch(v -> followsChannels(v, type.shape())));
        boolean direct = !channelsLast && graph.outputs().contains(value) && type.dtype() != DType.INT8;
        Layout layout =
                channelsLast ? channelsLastLayout(type.shape(), request, vectors) : denseAsChannelsLast(type.shape());
        int id = add(
                value,
                heldDType(value),
                type.shape(),
                layout,
                request,
                direct ? Buffer.Place.OUTPUT : Buffer.Place.ARENA,
                direct ? graph.inputs().size() + graph.outputs().indexOf(value) : -1);
        views.put(value, whole(id));
        return whole(id);
    }

    private boolean followsChannels(View view, Shape shape) {
        return !view.weight()
                && Arrays.equals(view.extents(), shape.extents())
                && view.extents().length >= 3
                && view.strides()[1] == 1
                && buffers.get(view.buffer()).layout() instanceof Layout.ChannelsLast;
    }

    /** Gives an output value existing memory: no data moves. */
    public void alias(String value, View view) {
        views.put(value, view);
    }

    /** Adds packed constant bytes; equal names are stored once. */
    public int weight(String name, byte[] bytes) {
        return weight(name, ByteBuffer.wrap(bytes));
    }

    private int weight(String name, ByteBuffer bytes) {
        Integer known = weightIds.get(name);
        if (known != null && weights.get(known).bytes().equals(bytes)) {
            return known;
        }
        weights.add(new Program.Weight(name, bytes));
        weightIds.put(name, weights.size() - 1);
        return weights.size() - 1;
    }

    /** A temporary dense buffer. */
    public View temporary(String name, DType dtype, int... extents) {
        long[] longs = Arrays.stream(extents).asLongStream().toArray();
        Shape shape = Shape.of(longs);
        return whole(add(name, dtype, shape, new Layout.RowMajor(), WindowReader.Request.NONE, Buffer.Place.ARENA, -1));
    }

    /** A temporary channels-last buffer without a border, in whole vectors of channels. */
    public int temporaryPixels(String name, DType dtype, int... extents) {
        Shape shape = Shape.of(Arrays.stream(extents).asLongStream().toArray());
        Layout layout = channelsLastLayout(shape, WindowReader.Request.NONE, true);
        return add(name, dtype, shape, layout, WindowReader.Request.NONE, Buffer.Place.ARENA, -1);
    }

    public Buffer buffer(int id) {
        return buffers.get(id);
    }

    /** The whole of a buffer as a view over its ONNX shape. */
    public View whole(int id) {
        return wholeOf(buffers.get(id));
    }

    private static View wholeOf(Buffer buffer) {
        int[] extents = buffer.shape().extents();
        if (!(buffer.layout() instanceof Layout.ChannelsLast)) {
            return new View(buffer.id(), false, 0, extents, View.denseStrides(extents));
        }
        int[] all = {buffer.imagePitch(), 1, buffer.rowPitch(), buffer.pixelPitch()};
        int[] strides = new int[extents.length];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = extents.length == 3 && axis == 2 ? all[3] : all[axis];
        }
        return new View(buffer.id(), false, buffer.origin(), extents, strides);
    }

    public void emit(Kernel kernel, long macs) {
        if (kernel instanceof Kernel.Map map) {
            map.operands()
                    .forEach(operand ->
                            map.compute().require(buffers.get(operand.buffer()).dtype(), scope));
        }
        steps.add(new Program.Step(scope, kernel, macs));
    }

    /** Copies between views of equal extents. */
    public void copy(View from, View to, int elementBytes) {
        emit(new Kernel.Copy(to.extentList(), from.strided(), to.strided(), elementBytes, 0), 0);
    }

    /** Emits an element-wise kernel that makes {@code value} from broadcast inputs. */
    public void map(String value, List<View> operands, Expr expr) {
        map(value, operands, expr, Compute.F32);
    }

    /** The same, computed in another type, of which weights among the operands are. */
    public void map(String value, List<View> operands, Expr expr, Compute compute) {
        int[] extents = extents(value);
        List<View> broadcast = operands.stream().map(v -> v.broadcast(extents)).toList();
        View out = defineLike(value, broadcast);
        emit(
                new Kernel.Map(
                        out.extentList(), broadcast.stream().map(View::strided).toList(), out.strided(), expr, compute),
                0);
    }

    private DType heldDType(String value) {
        DType dtype = graph.type(value).dtype();
        return dtype == DType.INT8 ? DType.UINT8 : dtype;
    }

    private int add(
            String name,
            DType dtype,
            Shape shape,
            Layout layout,
            WindowReader.Request request,
            Buffer.Place place,
            int ioIndex) {
        if (dtype == DType.STRING) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    dtype.text() + " runs in the reference evaluator only; value '" + name + "' is " + dtype.text()
                            + shape);
        }
        int id = buffers.size();
        buffers.add(
                new Buffer(id, name, dtype, shape, layout, request.padValue(), request.slackBytes(), place, ioIndex));
        return id;
    }

    private static Layout denseAsChannelsLast(Shape shape) {
        boolean same = shape.rank() >= 2 && shape.rank() <= 4;
        if (same) {
            int pixels = 1;
            for (int axis = 2; axis < shape.rank(); axis++) {
                pixels *= shape.extent(axis);
            }
            same = shape.extent(1) == 1 || pixels == 1;
        }
        return same ? new Layout.ChannelsLast(shape.extent(1), 0, 0, 0, 0) : new Layout.RowMajor();
    }

    private static Layout.ChannelsLast channelsLastLayout(Shape shape, WindowReader.Request request, boolean vectors) {
        int channels = shape.rank() > 1 ? shape.extent(1) : 1;
        boolean round = vectors || request.vectors() || channels >= VECTOR / 2;
        int pitch = round ? (channels + VECTOR - 1) / VECTOR * VECTOR : channels;
        return new Layout.ChannelsLast(pitch, request.top(), request.left(), request.bottom(), request.right());
    }

    /** Lowers every node, moves results to the output buffers, and returns the program. */
    public Program build() {
        for (Node node : graph.nodes()) {
            if (!(node.op() instanceof Lowerable lowerable)) {
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        node.op().type() + " '" + node.name()
                                + "' has no native kernel yet and its inputs are not constant (" + graph.name()
                                + "); remove it from the model or give its inputs as constants");
            }
            enter(node);
            requireNumbers(node);
            if (isEmpty(node)) {
                defineEmpty(node);
            } else {
                lower(node, lowerable);
            }
        }
        for (int i = 0; i < graph.outputs().size(); i++) {
            outputs.add(output(graph.outputs().get(i), graph.inputs().size() + i));
        }
        return new Program(graph.name(), buffers, weights, steps, inputs, outputs);
    }

    private void lower(Node node, Lowerable operator) {
        PluginCode.call(node, "lower", () -> {
            operator.lower(node, this);
            return this;
        });
        if (PluginCode.isOf(node.op())) {
            for (String output : node.outputs()) {
                PluginCode.require(
                        output.isEmpty() || views.containsKey(output),
                        node,
                        "lower defines no output '" + output + "'");
            }
        }
    }

    /** Whether nothing is left to compute; strides and repetitions of such values are not even defined. */
    private boolean isEmpty(Node node) {
        return node.outputs().stream()
                .filter(value -> !value.isEmpty())
                .allMatch(value -> graph.type(value).shape().elements() == 0);
    }

    private void defineEmpty(Node node) {
        node.outputs().stream().filter(value -> !value.isEmpty()).forEach(this::define);
    }

    private void requireNumbers(Node node) {
        for (String value : node.inputs()) {
            if (!value.isEmpty() && graph.type(value).dtype() == DType.STRING) {
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        node.op().type() + " '" + node.name() + "' reads texts, for which there is no native code");
            }
        }
    }

    private int output(String value, int ioIndex) {
        View view = view(value);
        if (!view.weight()) {
            Buffer buffer = buffers.get(view.buffer());
            if (buffer.place() == Buffer.Place.OUTPUT && buffer.ioIndex() == ioIndex) {
                return buffer.id();
            }
            if (liesAs(view, buffer, graph.type(value))) {
                buffers.set(buffer.id(), buffer.inOutput(ioIndex));
                return buffer.id();
            }
        }
        TensorType type = graph.type(value);
        scope = value;
        int id = add(
                value + ".out",
                type.dtype(),
                type.shape(),
                denseAsChannelsLast(type.shape()),
                WindowReader.Request.NONE,
                Buffer.Place.OUTPUT,
                ioIndex);
        View out = whole(id);
        emit(
                new Kernel.Copy(
                        out.extentList(),
                        view.strided(),
                        out.strided(),
                        type.dtype().bytes(),
                        type.dtype() == DType.INT8 ? 0x80 : 0),
                0);
        return id;
    }

    /** Whether a buffer holds exactly a result's bytes, in their order: then it is the caller's memory. */
    private static boolean liesAs(View view, Buffer buffer, TensorType type) {
        return buffer.place() == Buffer.Place.ARENA
                && type.dtype() != DType.INT8
                && buffer.dtype() == type.dtype()
                && buffer.bytes() == type.shape().elements() * type.dtype().bytes()
                && view.offset() == 0
                && view.isDense();
    }

    /** The residual's buffer when it lies exactly as the output does in shape, in whole vectors of channels, else a copy that does. */
    public OptionalInt residual(Node node, int input) {
        if (!node.hasInput(input)) {
            return OptionalInt.empty();
        }
        String value = node.input(input);
        return OptionalInt.of(channelsLast(value, graph.type(value).shape(), WindowReader.Request.VECTORS));
    }
}
