package io.selvedge.testkit.fuzz;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.testkit.fuzz.OperatorTable.Attribute;
import io.selvedge.testkit.fuzz.OperatorTable.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * ONNX models that are well-formed as files, of operators that may or may not fit: every choice comes from a source of
 * numbers, which a fuzzer steers. Most extents are small; the others are what breaks arithmetic.
 */
final class RandomModel {
    private static final OperatorTable OPERATORS = OperatorTable.read();
    private static final int[] OPSETS = {17, 18, 21, 22, 13, 11, 9, 7};
    private static final int[] DTYPES = {1, 1, 1, 7, 6, 9, 3, 2, 10, 11, 8, 16, 5, 4, 12, 13, 17, 18, 19, 20, 21, 22};
    private static final long[] SMALL = {1, 2, 3, 4, 5, 8, 0, -1};
    private static final long[] LARGE = {
        16, 64, 300, 5000, 65_536, 1 << 20, 1L << 30, 1L << 31, 1L << 40, Long.MAX_VALUE, -2, -7, Long.MIN_VALUE
    };
    private static final float[] FLOATS = {
        1, 0, 0.5f, 2, -1, 1e-5f, 3, 1e30f, Float.NaN, Float.POSITIVE_INFINITY, -0.0f, 255, 1e9f
    };
    private static final String OWN_DOMAIN = "own";

    private final IntUnaryOperator below;
    private int names;

    private final Predicate<ModelProto> fits;
    private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);

    /**
     * @param below a number from zero up to, but not including, its argument
     * @param fits whether a model that got one node more may stay; models become deep by leaving out what does not fit
     */
    RandomModel(IntUnaryOperator below, Predicate<ModelProto> fits) {
        this.below = below;
        this.fits = fits;
    }

    ModelProto draw() {
        opset("", OPSETS[pick(OPSETS.length)]);
        opset("ai.onnx.ml", 1 + pick(5));
        opset("ai.onnx.preview.training", 1);
        opset("com.microsoft", 1);
        opset(OWN_DOMAIN, 1);
        int functions = pick(8) == 0 ? 1 + pick(3) : 0;
        for (int i = 0; i < functions; i++) {
            model.addFunctions(function(i));
        }
        return model.setGraph(graph(new ArrayList<>(), 0, functions)).build();
    }

    private int pick(int bound) {
        return below.applyAsInt(bound);
    }

    private void opset(String domain, int version) {
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version));
    }

    private String name() {
        return "v" + names++;
    }

    private GraphProto.Builder graph(List<String> outer, int depth, int functions) {
        List<String> visible = new ArrayList<>(outer);
        GraphProto.Builder graph = GraphProto.newBuilder().setName("g" + depth);
        for (int i = pick(4); i > 0; i--) {
            ValueInfoProto input = input();
            graph.addInput(input);
            visible.add(input.getName());
        }
        for (int i = pick(4); i > 0; i--) {
            TensorProto tensor = tensor(name());
            graph.addInitializer(tensor);
            visible.add(tensor.getName());
        }
        int nodes = 1 + pick(depth == 0 ? 24 : 4);
        for (int i = 0; i < nodes; i++) {
            NodeProto node = node(visible, depth, functions);
            graph.addNode(node);
            if (depth > 0 || fits.test(model.setGraph(graph).build())) {
                visible.addAll(node.getOutputList());
            } else {
                graph.removeNode(graph.getNodeCount() - 1);
            }
        }
        int outputs = 1 + pick(3);
        for (int i = 0; i < outputs && i < visible.size(); i++) {
            graph.addOutput(ValueInfoProto.newBuilder()
                    .setName(visible.get(visible.size() - 1 - i))
                    .setType(tensorType()));
        }
        return graph;
    }

    private FunctionProto function(int index) {
        List<String> visible = new ArrayList<>(List.of("a", "b"));
        FunctionProto.Builder function = FunctionProto.newBuilder()
                .setName("f" + index)
                .setDomain(OWN_DOMAIN)
                .addAllInput(visible);
        for (int i = 1 + pick(3); i > 0; i--) {
            NodeProto node = node(visible, 1, index + pick(2));
            function.addNode(node);
            visible.addAll(node.getOutputList());
        }
        function.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17));
        return function.addOutput(visible.getLast()).build();
    }

    private NodeProto node(List<String> visible, int depth, int functions) {
        NodeProto.Builder node = NodeProto.newBuilder();
        if (functions > 0 && pick(4) == 0) {
            node.setDomain(OWN_DOMAIN).setOpType("f" + pick(functions));
            inputs(node, visible, 2);
            return node.addOutput(name()).build();
        }
        Row row = OPERATORS.rows().get(pick(OPERATORS.rows().size()));
        node.setDomain(row.domain()).setOpType(row.type());
        inputs(node, visible, row.inputs());
        for (int i = 1 + (row.outputs() > 1 ? pick(row.outputs()) : 0); i > 0; i--) {
            node.addOutput(name());
        }
        for (Attribute attribute : row.attributes()) {
            boolean needed = attribute.kind().equals("GRAPH");
            if (needed || pick(3) > 0) {
                node.addAttribute(attribute(attribute, visible, depth, functions));
            }
        }
        return node.build();
    }

    private void inputs(NodeProto.Builder node, List<String> visible, int most) {
        int count = pick(4) == 0 ? pick(most + 1) : most;
        for (int i = 0; i < count; i++) {
            boolean left = visible.isEmpty() || pick(12) == 0;
            // The latest values are the likeliest: chains get longer.
            int back = left ? 0 : pick(Math.min(visible.size(), pick(2) == 0 ? 3 : visible.size()));
            node.addInput(left ? "" : visible.get(visible.size() - 1 - back));
        }
    }

    private AttributeProto attribute(Attribute attribute, List<String> visible, int depth, int functions) {
        AttributeProto.Builder proto = AttributeProto.newBuilder().setName(attribute.name());
        boolean code = attribute.name().equals("to") || attribute.name().endsWith("dtype");
        switch (attribute.kind()) {
            case "INT" -> proto.setType(AttributeType.INT).setI(code ? dtype() : number());
            case "FLOAT" -> proto.setType(AttributeType.FLOAT).setF(FLOATS[pick(FLOATS.length)]);
            case "STRING" ->
                proto.setType(AttributeType.STRING)
                        .setS(ByteString.copyFromUtf8(
                                attribute.texts().get(pick(attribute.texts().size()))));
            case "TENSOR" -> proto.setType(AttributeType.TENSOR).setT(tensor(""));
            case "GRAPH" -> {
                proto.setType(AttributeType.GRAPH);
                proto.setG(depth < 3 ? graph(visible, depth + 1, functions) : GraphProto.newBuilder());
            }
            case "TYPE_PROTO" -> proto.setType(AttributeType.TYPE_PROTO).setTp(tensorType());
            case "INTS" -> {
                proto.setType(AttributeType.INTS);
                for (int i = pick(5); i > 0; i--) {
                    proto.addInts(number());
                }
            }
            case "FLOATS" -> {
                proto.setType(AttributeType.FLOATS);
                for (int i = pick(5); i > 0; i--) {
                    proto.addFloats(FLOATS[pick(FLOATS.length)]);
                }
            }
            case "STRINGS" -> {
                proto.setType(AttributeType.STRINGS);
                for (int i = pick(4); i > 0; i--) {
                    proto.addStrings(ByteString.copyFromUtf8(pick(2) == 0 ? "Sigmoid" : "Tanh"));
                }
            }
            default -> throw new IllegalStateException("operators.txt has an attribute of kind " + attribute.kind());
        }
        return proto.build();
    }

    private long number() {
        return pick(16) == 0 ? LARGE[pick(LARGE.length)] : SMALL[pick(SMALL.length)];
    }

    private int dtype() {
        return DTYPES[pick(DTYPES.length)];
    }

    private TypeProto tensorType() {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = pick(5); i > 0; i--) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent()));
        }
        return TypeProto.newBuilder()
                .setTensorType(
                        TypeProto.Tensor.newBuilder().setElemType(dtype()).setShape(shape))
                .build();
    }

    private long extent() {
        return pick(24) == 0 ? LARGE[pick(LARGE.length)] : SMALL[pick(7)];
    }

    private ValueInfoProto input() {
        return ValueInfoProto.newBuilder().setName(name()).setType(tensorType()).build();
    }

    /** Mostly what fits its shape; numbers are what shapes, axes and indices are made of. */
    private TensorProto tensor(String name) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name);
        int dtype = pick(2) == 0 ? 7 : dtype();
        tensor.setDataType(dtype);
        long elements = 1;
        for (int i = pick(4); i > 0; i--) {
            long extent = pick(40) == 0 ? extent() : 1 + pick(4);
            tensor.addDims(extent);
            elements *= Math.max(0, Math.min(extent, 5000));
        }
        for (int i = 0; i < Math.min(elements, 256); i++) {
            long value = i < 8 ? number() : i % 3;
            switch (dtype) {
                case 1 -> tensor.addFloatData(i < 8 ? FLOATS[pick(FLOATS.length)] : i);
                case 11 -> tensor.addDoubleData((double) value);
                case 7 -> tensor.addInt64Data(value);
                case 12, 13 -> tensor.addUint64Data(value);
                case 8 -> tensor.addStringData(ByteString.copyFromUtf8("t" + value));
                default -> tensor.addInt32Data((int) value);
            }
        }
        return tensor.build();
    }
}
