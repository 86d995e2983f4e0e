package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Identity;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One model on its way into a graph; used once. */
final class GraphReader {
    private final GraphProto proto;
    private final String file;
    private final GraphBuilder builder;
    private final ImportSession session;
    private final InputValues inputs;
    private final BlockReader blocks;
    private final Scope scope;

    GraphReader(ModelProto model, String file, Optional<Path> folder, ImportOptions options, boolean delegates) {
        Opsets opsets = new Opsets(model.getOpsetImportList(), file);
        this.proto = model.getGraph();
        this.file = file;
        this.builder = new GraphBuilder(file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : file);
        this.session = new ImportSession(
                file,
                new TensorReader(file, folder),
                builder,
                new DeclaredShapes(proto),
                delegates ? Optional.of(new Delegation(proto, options)) : Optional.empty(),
                new OpenExtents(builder, options.maxDims()));
        this.inputs = new InputValues(options, builder, file);
        this.blocks = new BlockReader(
                session, new FunctionInliner(model, opsets, file, options.plugins()), options.plugins());
        this.scope = Scope.top(opsets);
    }

    Graph read() {
        if (proto.getSparseInitializerCount() > 0) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "sparse initializers are not supported; store them dense (" + file + ")");
        }
        reserveNames();
        Set<String> given = new HashSet<>();
        for (TensorProto initializer : proto.getInitializerList()) {
            String name = builder.namedConstant(initializer.getName(), session.tensor(initializer));
            scope.define(name, new Value.Single(name));
            given.add(name);
        }
        for (ValueInfoProto input : proto.getInputList()) {
            if (given.add(input.getName())) {
                scope.define(input.getName(), inputs.read(input));
            }
        }
        inputs.checkAllUsed();
        Body body = Body.of(proto, _ -> false, file);
        Set<String> nodeNames = new HashSet<>();
        proto.getNodeList().forEach(node -> nodeNames.add(node.getName()));
        Set<String> taken = new HashSet<>();
        for (int index : body.order()) {
            NodeProto node = proto.getNode(index);
            String name = node.getName().isEmpty() ? node.getOpType() + "_" + index : node.getName();
            while (!taken.add(name) || (!name.equals(node.getName()) && nodeNames.contains(name))) {
                name = name + "_" + index;
            }
            blocks.read(body, scope, node, name, index);
        }
        for (ValueInfoProto output : proto.getOutputList()) {
            Value value = scope.find(output.getName())
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.BAD_GRAPH,
                            "graph output '" + output.getName() + "' is defined by no input, initializer or node ("
                                    + file + ")"));
            output(output.getName(), value);
        }
        session.open().counts().forEach(builder::output);
        session.open().checkAllUsed();
        return builder.build();
    }

    private void reserveNames() {
        for (NodeProto node : proto.getNodeList()) {
            builder.reserve(List.of(node.getName()));
            builder.reserve(node.getOutputList());
        }
        proto.getInputList().forEach(input -> builder.reserve(List.of(input.getName())));
        proto.getInitializerList().forEach(tensor -> builder.reserve(List.of(tensor.getName())));
    }

    /** A sequence becomes an output per element, named {@code output[0]} and so on; an empty optional none. */
    private void output(String name, Value value) {
        switch (value) {
            case Value.Single(String tensor) -> {
                if (session.open().of(tensor).isPresent()) {
                    builder.add(session.open().output(tensor, name));
                } else if (!tensor.equals(name)) {
                    builder.add(new Node(builder.fresh(name), new Identity(), List.of(tensor), List.of(name)));
                }
                builder.output(name);
            }
            case Value.Sequence(List<Value> elements) -> {
                for (int i = 0; i < elements.size(); i++) {
                    output(name + "[" + i + "]", elements.get(i));
                }
            }
            case Value.Maybe(Optional<Value> content) -> content.ifPresent(inner -> output(name, inner));
            case Value.Absent _ ->
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "graph output '" + name + "' is an absent value (" + file + ")");
        }
    }
}
