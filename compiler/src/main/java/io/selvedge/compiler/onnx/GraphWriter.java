package io.selvedge.compiler.onnx;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.PluginCode;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.StringStringEntryProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Bounded;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.Expect;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.op.ShapeOf;
import io.selvedge.compiler.op.Trim;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One graph on its way into a model; used once. */
final class GraphWriter {
    private static final int IR_OF_OPSET_17 = 8;
    private static final int IR_OF_OPSET_19 = 9;
    private static final int IR_OF_OPSET_21 = 10;

    private final Graph graph;
    private final Map<String, Node> trims;
    private final List<Node> nodes;
    private final int opset;
    private final GraphProto.Builder proto = GraphProto.newBuilder();
    /** Versions of the domains beside ai.onnx. */
    private final Map<String, Integer> domains = new TreeMap<>();

    GraphWriter(Graph graph) {
        this.graph = graph;
        this.trims = Trim.nodes(graph);
        this.nodes =
                graph.nodes().stream().flatMap(node -> standard(node).stream()).toList();
        this.opset = nodes.stream().mapToInt(this::opset).reduce(OpCatalog.GRAPH_OPSET, Math::max);
    }

    ModelProto model(Map<String, String> metadata) {
        proto.setName(graph.name());
        graph.inputs().forEach(input -> proto.addInput(value(input)));
        graph.outputs().forEach(output -> proto.addOutput(value(output)));
        used().forEach(name -> graph.constant(name).ifPresent(tensor -> proto.addInitializer(tensor(name, tensor))));
        nodes.forEach(this::node);
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(opset >= 21 ? IR_OF_OPSET_21 : opset >= 18 ? IR_OF_OPSET_19 : IR_OF_OPSET_17)
                .setProducerName("selvedge")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
                .setGraph(proto);
        domains.forEach((domain, version) -> model.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        new TreeMap<>(metadata)
                .forEach((key, text) -> model.addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
        return model.build();
    }

    /** What ONNX has for what only we have: there a value is as long as the data says, and nothing is checked or trimmed. */
    private List<Node> standard(Node node) {
        return switch (node.op()) {
            case Expect _, Trim _ ->
                List.of(new Node(node.name(), new Identity(), List.of(node.input(0)), node.outputs()));
            case Bounded bounded -> {
                Node plain = new Node(node.name(), bounded.op(), node.inputs(), List.of(node.output()));
                if (node.outputs().size() == 1 || node.outputs().get(1).isEmpty()) {
                    yield List.of(plain);
                }
                int axis = bounded.op()
                        .openAxis(node.inputs().stream()
                                .map(input ->
                                        input.isEmpty() ? Optional.<TensorType>empty() : Optional.of(graph.type(input)))
                                .toList());
                yield List.of(
                        plain,
                        new Node(
                                fresh(node.name() + "_count"),
                                new ShapeOf(axis, axis + 1),
                                List.of(node.output()),
                                List.of(node.outputs().get(1))));
            }
            default -> List.of(node);
        };
    }

    private Set<String> used() {
        Set<String> used = new LinkedHashSet<>();
        graph.nodes().forEach(node -> used.addAll(node.inputs()));
        used.addAll(graph.outputs());
        return used;
    }

    /** The oldest opset that has this form of the operator. */
    private int opset(Node node) {
        if (node.op() instanceof Opaque opaque) {
            if (opaque.domain().isEmpty()) {
                return opaque.version();
            }
            domains.merge(opaque.domain(), opaque.version(), Math::max);
            return OpCatalog.GRAPH_OPSET;
        }
        if (!node.op().domain().isEmpty()) {
            int version = OpCatalog.ALL
                    .find(node.op().domain(), node.op().type())
                    .map(entry -> entry.versions().getLast())
                    .or(() -> PluginCode.isOf(node.op()) ? Optional.of(node.op().domainVersion()) : Optional.empty())
                    .orElseThrow(() -> new IllegalStateException("'" + node.name() + "' is "
                            + node.op().type() + ", which ONNX does not have; export before fusion"));
            domains.merge(node.op().domain(), version, Math::max);
            return OpCatalog.GRAPH_OPSET;
        }
        return switch (node.op()) {
            case Pool pool when pool.attributes().containsKey("dilations") && pool.kind() == Pool.Kind.AVERAGE -> 19;
            case Pad pad when pad.mode() == Pad.Mode.WRAP -> 19;
            case Cast cast when cast.to().isFourBits() -> 21;
            case Cast cast when cast.to().float8().isPresent() -> 19;
            case Resize resize -> resize.since();
            default ->
                node.op().type().endsWith("quantizeLinear") || node.op().type().equals("QuantizeLinear")
                        ? opsetOfQuantized(node)
                        : OpCatalog.ALL
                                .find("", node.op().type())
                                .map(entry -> entry.versions().getFirst())
                                .orElseThrow(() ->
                                        new IllegalStateException(node.op().type() + " is in no catalogue"));
        };
    }

    private int opsetOfQuantized(Node node) {
        DType dtype = graph.type(node.input(2)).dtype();
        boolean blocks = node.op().attributes().containsKey("block_size");
        if (blocks || dtype == DType.INT16 || dtype == DType.UINT16 || dtype.isFourBits()) {
            return 21;
        }
        return dtype.float8().isPresent() ? 19 : OpCatalog.GRAPH_OPSET;
    }

    private void node(Node node) {
        if (node.op() instanceof Opaque opaque) {
            proto.addNode(opaque.proto().toBuilder()
                    .setName(node.name())
                    .clearInput()
                    .addAllInput(node.inputs())
                    .clearOutput()
                    .addAllOutput(node.outputs()));
            return;
        }
        NodeProto.Builder builder = NodeProto.newBuilder()
                .setName(node.name())
                .setOpType(node.op().type())
                .addAllInput(node.inputs())
                .addAllOutput(node.outputs());
        if (!node.op().domain().isEmpty()) {
            builder.setDomain(node.op().domain());
        }
        boolean axesAreInput = node.op() instanceof Reduce reduce && (reduce.kind() == Reduce.Kind.SUM || opset >= 18);
        node.op().attributes().forEach((name, value) -> {
            if (axesAreInput && name.equals("axes")) {
                long[] axes = (long[]) value;
                String input = fresh(node.name() + "_axes");
                proto.addInitializer(tensor(input, Tensor.longs(axes, axes.length)));
                builder.addInput(input);
            } else {
                builder.addAttribute(attribute(name, value));
            }
        });
        proto.addNode(builder);
    }

    private String fresh(String hint) {
        String name = hint;
        for (int i = 1; graph.types().containsKey(name); i++) {
            name = hint + "_" + i;
        }
        return name;
    }

    /** An attribute as {@link io.selvedge.compiler.ir.Op#attributes} gives it. */
    static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder builder = AttributeProto.newBuilder().setName(name);
        switch (value) {
            case Long number -> builder.setType(AttributeType.INT).setI(number);
            case Float number -> builder.setType(AttributeType.FLOAT).setF(number);
            case String text -> builder.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
            case Tensor tensor -> builder.setType(AttributeType.TENSOR).setT(tensor("", tensor));
            case long[] numbers -> {
                builder.setType(AttributeType.INTS);
                for (long number : numbers) {
                    builder.addInts(number);
                }
            }
            case float[] numbers -> {
                builder.setType(AttributeType.FLOATS);
                for (float number : numbers) {
                    builder.addFloats(number);
                }
            }
            case String[] texts -> {
                builder.setType(AttributeType.STRINGS);
                for (String text : texts) {
                    builder.addStrings(ByteString.copyFromUtf8(text));
                }
            }
            default -> throw new IllegalStateException("attribute '" + name + "' is a " + value.getClass());
        }
        return builder.build();
    }

    private static TensorProto tensor(String name, Tensor tensor) {
        TensorProto.Builder builder =
                TensorProto.newBuilder().setDataType(tensor.dtype().onnxCode());
        if (tensor.dtype() == DType.STRING) {
            tensor.toTexts().forEach(text -> builder.addStringData(ByteString.copyFromUtf8(text)));
        } else {
            builder.setRawData(ByteString.copyFrom(tensor.dtype().isFourBits() ? packed(tensor) : tensor.bytes()));
        }
        if (!name.isEmpty()) {
            builder.setName(name);
        }
        for (int extent : tensor.shape().extents()) {
            builder.addDims(extent);
        }
        return builder.build();
    }

    /** Two elements in a byte, the first in its lower half. */
    private static ByteBuffer packed(Tensor tensor) {
        byte[] bytes = new byte[(tensor.elements() + 1) / 2];
        for (int i = 0; i < tensor.elements(); i++) {
            bytes[i / 2] |= (byte) ((tensor.getLong(i) & 0xf) << (i % 2 * 4));
        }
        return ByteBuffer.wrap(bytes);
    }

    private ValueInfoProto value(String name) {
        TensorType type = graph.type(name);
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        int[] extents = type.shape().extents();
        Optional<Node> trim = Optional.ofNullable(trims.get(name));
        for (int axis = 0; axis < extents.length; axis++) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            if (trim.isPresent() && ((Trim) trim.get().op()).axis() == axis) {
                dim.setDimParam(trim.get().input(1));
            } else {
                dim.setDimValue(extents[axis]);
            }
            shape.addDim(dim);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.dtype().onnxCode())
                                .setShape(shape)))
                .build();
    }
}
