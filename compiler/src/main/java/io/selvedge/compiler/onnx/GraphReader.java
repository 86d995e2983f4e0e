package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Attributes;
import io.selvedge.compiler.op.OpCall;
import io.selvedge.compiler.op.OpCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One model on its way into a graph; used once. */
final class GraphReader {
    private static final Set<String> CONTROL_FLOW = Set.of("If", "Loop", "Scan");

    private final GraphProto proto;
    private final Opsets opsets;
    private final String file;
    private final TensorReader tensors;
    private final AttributeReader attributes;
    private final InputShapes shapes;
    private final Map<String, Tensor> constants;
    private final GraphBuilder builder;
    private final Set<String> read = new HashSet<>();

    GraphReader(ModelProto model, String file, Optional<Path> folder, ImportOptions options) {
        this.proto = model.getGraph();
        this.opsets = new Opsets(model.getOpsetImportList(), file);
        this.file = file;
        this.tensors = new TensorReader(file, folder);
        this.attributes = new AttributeReader(tensors);
        this.shapes = new InputShapes(options);
        this.constants = options.constants();
        this.builder = new GraphBuilder(file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : file);
    }

    Graph read() {
        if (proto.getSparseInitializerCount() > 0) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "sparse initializers are not supported; store them dense (" + file + ")");
        }
        reserveNames();
        Set<String> given = readInitializers();
        for (ValueInfoProto input : proto.getInputList()) {
            if (given.add(input.getName())) {
                Tensor constant = constants.get(input.getName());
                if (constant == null) {
                    builder.input(input.getName(), inputType(input));
                } else {
                    builder.namedConstant(input.getName(), constant);
                }
            }
        }
        shapes.checkAllUsed();
        Set<String> nodeNames = new HashSet<>();
        proto.getNodeList().forEach(node -> nodeNames.add(node.getName()));
        Set<String> taken = new HashSet<>();
        for (int index : NodeOrder.of(proto.getNodeList(), given, file)) {
            NodeProto node = proto.getNode(index);
            String name = node.getName().isEmpty() ? node.getOpType() + "_" + index : node.getName();
            while (!taken.add(name) || (!name.equals(node.getName()) && nodeNames.contains(name))) {
                name = name + "_" + index;
            }
            readNode(node, name, index);
        }
        proto.getOutputList().forEach(output -> builder.output(output.getName()));
        return builder.build();
    }

    private void reserveNames() {
        for (NodeProto node : proto.getNodeList()) {
            builder.reserve(List.of(node.getName()));
            builder.reserve(node.getOutputList());
            read.addAll(node.getInputList());
        }
        proto.getInputList().forEach(input -> builder.reserve(List.of(input.getName())));
        proto.getInitializerList().forEach(tensor -> builder.reserve(List.of(tensor.getName())));
        proto.getOutputList().forEach(output -> read.add(output.getName()));
    }

    private Set<String> readInitializers() {
        Set<String> given = new HashSet<>();
        for (TensorProto initializer : proto.getInitializerList()) {
            builder.namedConstant(initializer.getName(), tensors.read(initializer, initializer.getName()));
            given.add(initializer.getName());
        }
        return given;
    }

    private TensorType inputType(ValueInfoProto input) {
        if (!input.getType().hasTensorType()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "input '" + input.getName() + "' is not a tensor; only tensors are supported (" + file + ")");
        }
        int code = input.getType().getTensorType().getElemType();
        DType dtype = DType.ofOnnxCode(code)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "input '" + input.getName() + "' has ONNX element type " + code + ", which is not supported ("
                                + file + ")"));
        return new TensorType(dtype, shapes.bind(input));
    }

    private void readNode(NodeProto node, String name, int index) {
        String where = " (" + file + ", node " + index + ")";
        try {
            if (isConstant(node)) {
                builder.namedConstant(node.getOutput(0), constant(node));
                return;
            }
            OpCatalog.Entry entry = entry(node, name, where);
            List<String> outputs = outputs(node);
            OpCall call = new OpCall(
                    name,
                    node.getOpType(),
                    opsets.of(entry),
                    attributes.read(node),
                    node.getInputList(),
                    outputs.size(),
                    builder);
            Op op = entry.factory().apply(call);
            builder.add(new Node(name, op, call.inputs(), outputs));
        } catch (SelvedgeException e) {
            if (String.valueOf(e.getMessage()).endsWith(where)) {
                throw e;
            }
            String subject = node.getOpType() + " '" + name + "'";
            String text = String.valueOf(e.getMessage());
            String message = text.startsWith(subject) ? text : subject + ": " + text;
            throw new SelvedgeException(e.code(), message + where, e);
        } catch (ArithmeticException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            // Shapes of a damaged file overflow or contradict each other in ways that no single check foresees.
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    node.getOpType() + " '" + name + "' contradicts the shapes of its inputs: " + e.getMessage()
                            + where,
                    e);
        }
    }

    private static boolean isConstant(NodeProto node) {
        return node.getOpType().equals("Constant")
                && Opsets.domain(node.getDomain()).isEmpty();
    }

    /** Trailing outputs that nobody reads go, but for Split, whose outputs count. */
    private List<String> outputs(NodeProto node) {
        List<String> outputs = new ArrayList<>(node.getOutputList());
        if (!node.getOpType().equals("Split")) {
            while (outputs.size() > 1 && !read.contains(outputs.getLast())) {
                outputs.removeLast();
            }
        }
        if (outputs.isEmpty()) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "has no output");
        }
        return outputs;
    }

    private OpCatalog.Entry entry(NodeProto node, String name, String where) {
        String domain = Opsets.domain(node.getDomain());
        String found = node.getOpType() + " '" + name + "' of domain " + Opsets.name(node)
                + opsets.version(domain).map(version -> ", opset " + version).orElse("") + where;
        OpCatalog.Entry entry = OpCatalog.ALL
                .find(domain, node.getOpType())
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "operator " + node.getOpType() + " is not supported"
                                + OpCatalog.ALL
                                        .nearest(node.getOpType())
                                        .map(known -> "; nearest that is: " + known)
                                        .orElse("")
                                + (CONTROL_FLOW.contains(node.getOpType())
                                        ? "; export the model with its branches decided and its loops unrolled"
                                        : "; export the model without it")
                                + ". Found: " + found));
        int since = entry.versions().getFirst();
        if (since > opsets.of(entry)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "operator " + node.getOpType() + " is read from opset " + since + " on. Found: " + found);
        }
        return entry;
    }

    private Tensor constant(NodeProto node) {
        Attributes values = attributes.read(node);
        if (values.has("value_float")) {
            return Tensor.floats(new float[] {values.number("value_float", 0)});
        }
        if (values.has("value_int")) {
            return Tensor.longs(new long[] {values.integer("value_int", 0)});
        }
        if (values.has("value_string")) {
            return Tensor.texts(List.of(values.text("value_string", "")));
        }
        if (values.has("value_strings")) {
            List<String> texts = values.texts("value_strings");
            return Tensor.texts(texts, texts.size());
        }
        Optional<Tensor> floats = values.floats("value_floats").map(array -> Tensor.floats(array, array.length));
        Optional<Tensor> longs = values.longs("value_ints").map(array -> Tensor.longs(array, array.length));
        return values.tensor("value")
                .or(() -> floats)
                .or(() -> longs)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "needs value, value_float(s), value_int(s) or value_string(s), has "
                                + values.asMap().keySet()));
    }
}
