package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Bounded;
import io.selvedge.compiler.op.OpCall;
import io.selvedge.compiler.op.OpCatalog;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads the nodes of a graph, sub-graph or function body into the graph that is built. */
final class BlockReader {
    private final ImportSession session;
    private final FunctionInliner functions;
    private final Plugins plugins;
    private final IdentityHashMap<GraphProto, Body> bodies = new IdentityHashMap<>();

    BlockReader(ImportSession session, FunctionInliner functions, Plugins plugins) {
        this.session = session;
        this.functions = functions;
        this.plugins = plugins;
    }

    ImportSession session() {
        return session;
    }

    /** A sub-graph that may capture what the scope sees. */
    Body body(GraphProto graph, Scope scope, String where) {
        return bodies.computeIfAbsent(
                graph, _ -> Body.of(graph, name -> scope.find(name).isPresent(), where));
    }

    /** Reads a body in a scope of its own; what its outputs stand for. */
    List<Value> inline(Body body, Scope scope, List<Value> arguments) {
        body.initializers()
                .forEach(initializer -> scope.define(
                        initializer.getName(), new Value.Single(session.initializer(initializer, scope.path()))));
        for (int i = 0; i < body.inputs().size(); i++) {
            scope.define(body.inputs().get(i), i < arguments.size() ? arguments.get(i) : new Value.Absent());
        }
        for (int index : body.order()) {
            session.spend();
            NodeProto node = body.nodes().get(index);
            String name = node.getName().isEmpty() ? node.getOpType() + "_" + index : node.getName();
            read(body, scope, node, session.builder().fresh(scope.path() + name), index);
        }
        List<Value> outputs = new ArrayList<>();
        for (ValueInfoProto output : body.outputs()) {
            outputs.add(scope.find(output.getName())
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.BAD_GRAPH,
                            "output '" + output.getName() + "' of its body is defined by no input, constant or node")));
        }
        return outputs;
    }

    /** Reads one node, whose inputs have been read. */
    void read(Body body, Scope scope, NodeProto proto, String name, int index) {
        String where = " (" + session.file() + ", node " + index + (scope.isTop() ? ")" : " of " + scope.path() + ")");
        NodeProto node = scope.resolve(proto);
        try {
            Optional<List<Value>> settled = settle(node, name, scope, where);
            if (settled.isPresent()) {
                define(scope, node, settled.get());
            } else {
                operatorOrOpaque(body, scope, node, name, where);
            }
        } catch (SelvedgeException e) {
            String text = String.valueOf(e.getMessage());
            if (text.contains(" (" + session.file() + ", ")) {
                throw e;
            }
            String subject = node.getOpType() + " '" + name + "'";
            String message = text.startsWith(subject) ? text : subject + ": " + text;
            throw new SelvedgeException(e.code(), message + freezing(node, scope, text) + where, e);
        } catch (ArithmeticException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            // Shapes of a damaged file overflow or contradict each other in ways that no single check foresees.
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    node.getOpType() + " '" + name + "' contradicts the shapes of its inputs: " + e.getMessage()
                            + where,
                    e);
        }
    }

    /** Which inputs of the model to freeze, where sizes hang on them and not on the data. */
    private String freezing(NodeProto node, Scope scope, String text) {
        if (!text.endsWith("computed from the data")) {
            return "";
        }
        Set<String> sizes = new TreeSet<>();
        for (String input : node.getInputList()) {
            if (scope.find(input).orElse(new Value.Absent()) instanceof Value.Single(String value)) {
                Set<String> behind = session.builder().inputsBehind(value);
                if (behind.stream().allMatch(this::isSize)) {
                    sizes.addAll(behind);
                }
            }
        }
        return sizes.isEmpty()
                ? ""
                : "; make it constant with "
                        + String.join(
                                " ",
                                sizes.stream()
                                        .map(size -> "--constant " + size + "=VALUE")
                                        .toList());
    }

    private boolean isSize(String input) {
        DType dtype = session.builder().type(input).dtype();
        return dtype == DType.INT64 || dtype == DType.INT32;
    }

    /** What the outputs stand for, where no node is needed for that or a body gives them. */
    private Optional<List<Value>> settle(NodeProto node, String name, Scope scope, String where) {
        if (functions.has(node)) {
            return Optional.of(functions.inline(node, name, scope, this));
        }
        if (!Opsets.domain(node.getDomain()).isEmpty()) {
            return Optional.empty();
        }
        if (node.getOpType().equals("Constant")) {
            if (node.getOutputCount() == 0) {
                throw new SelvedgeException(ErrorCode.BAD_GRAPH, "has no output");
            }
            return Optional.of(List.of(new Value.Single(
                    scope.isTop()
                            ? session.builder()
                                    .namedConstant(
                                            node.getOutput(0),
                                            session.attributes().constant(node))
                            : session.constant(node, scope.path()))));
        }
        return StructuralOperators.find(node, scope).map(entry -> {
            int opset = opset(entry.entry(), node, name, scope, where);
            return entry.reader().apply(new StructureCall(node, name, opset, scope, this));
        });
    }

    private static void define(Scope scope, NodeProto node, List<Value> values) {
        if (values.size() < node.getOutputCount()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "has " + node.getOutputCount() + " outputs; what it runs gives " + values.size());
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            scope.define(node.getOutput(i), values.get(i));
        }
    }

    /** The operator; what it refuses stays as it is where another runtime stands ready. */
    private void operatorOrOpaque(Body body, Scope scope, NodeProto node, String name, String where) {
        Optional<Delegation> delegation = scope.isTop() ? session.delegation() : Optional.empty();
        if (delegation.isEmpty()) {
            operator(body, scope, node, name, where);
            return;
        }
        Optional<String> open = Delegation.openInput(node, scope, session);
        String reason;
        if (open.isEmpty()) {
            try {
                operator(body, scope, node, name, where);
                return;
            } catch (SelvedgeException e) {
                if (!Delegation.mayHelp(e)) {
                    throw e;
                }
                reason = String.valueOf(e.getMessage());
            }
        } else {
            reason = "the extents of its input '" + open.get() + "' are known only at run time";
        }
        delegation.get().add(node, name, outputs(body, node), scope, session, reason);
    }

    private void operator(Body body, Scope scope, NodeProto node, String name, String where) {
        OpCatalog.Entry entry = entry(node, name, scope, where);
        List<String> outputs = outputs(body, node);
        List<String> inputs = new ArrayList<>();
        for (String input : node.getInputList()) {
            inputs.add(
                    scope.get(input) instanceof Value.Absent
                            ? ""
                            : StructureCall.single(scope.get(input), "its input '" + input + "'"));
        }
        Optional<DeclaredShapes.Assumed> assumed =
                scope.isTop() ? session.declared().of(node, inputs, session) : Optional.empty();
        String parameter = assumed.map(shape -> inputs.set(shape.input(), DeclaredShapes.constant(session, shape)))
                .orElse("");
        OpCall call = new OpCall(
                name,
                node.getOpType(),
                scope.opsets().of(entry),
                session.attributes().read(node),
                inputs,
                outputs.size(),
                session.builder());
        Op plain = plugins.find(entry.domain(), entry.type())
                .map(operator -> PluginCalls.make(operator, call, plugins))
                .orElseGet(() -> entry.factory().apply(call));
        session.open().follow();
        Optional<String> extents = session.open().shape(plain, call.inputs(), outputs.getFirst());
        if (extents.isPresent()) {
            scope.define(outputs.getFirst(), new Value.Single(extents.get()));
            return;
        }
        // Another runtime has such results as long as they are.
        Op op = session.delegation().isPresent()
                ? plain
                : session.open().bounded(plain, name, call.inputs(), outputs.getFirst());
        boolean isOpen = op instanceof Bounded
                || call.inputs().stream()
                        .anyMatch(input -> session.open().of(input).isPresent());
        List<String> own = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            String output = outputs.get(i);
            Optional<String> computed = call.computed(i);
            // The names of the model's outputs are for what is trimmed.
            String value = computed.isPresent()
                    ? ""
                    : isOpen && scope.isTop() && !output.isEmpty()
                            ? session.builder().fresh(output + "_open")
                            : scope.fresh(output, session.builder());
            own.add(value);
            if (!output.isEmpty()) {
                scope.define(output, new Value.Single(computed.orElse(value)));
            }
        }
        while (own.size() > 1 && own.getLast().isEmpty()) {
            own.removeLast();
        }
        if (op instanceof Bounded) {
            own.add(session.builder().fresh(outputs.getFirst() + ".count"));
        }
        if (assumed.isPresent()) {
            String checked = own.getFirst();
            own.set(0, session.builder().fresh(checked + "_unchecked"));
            session.builder().add(new Node(name, op, call.inputs(), own));
            DeclaredShapes.check(session, assumed.get(), parameter, own.getFirst(), checked);
        } else {
            session.builder().add(new Node(name, op, call.inputs(), own));
        }
        session.open().follow();
    }

    /** Trailing outputs that nobody reads go, but for Split, whose outputs count. */
    private static List<String> outputs(Body body, NodeProto node) {
        List<String> outputs = new ArrayList<>(node.getOutputList());
        if (!node.getOpType().equals("Split")) {
            while (outputs.size() > 1 && !body.read().contains(outputs.getLast())) {
                outputs.removeLast();
            }
        }
        if (outputs.isEmpty()) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "has no output");
        }
        return outputs;
    }

    private OpCatalog.Entry entry(NodeProto node, String name, Scope scope, String where) {
        OpCatalog.Entry entry = OpCatalog.ALL
                .find(Opsets.domain(node.getDomain()), node.getOpType())
                .or(() -> plugins.find(Opsets.domain(node.getDomain()), node.getOpType())
                        .map(Plugins.Operator::entry))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "operator " + node.getOpType() + " is not supported"
                                + OpCatalog.ALL
                                        .nearest(node.getOpType())
                                        .map(known -> "; nearest that is: " + known)
                                        .orElse("")
                                + "; export the model without it, or add it with --plugin. Found: "
                                + found(node, name, scope, where)));
        opset(entry, node, name, scope, where);
        return entry;
    }

    private static int opset(OpCatalog.Entry entry, NodeProto node, String name, Scope scope, String where) {
        int since = entry.versions().getFirst();
        int opset = scope.opsets().of(entry);
        if (since > opset) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "operator " + node.getOpType() + " is read from opset " + since + " on. Found: "
                            + found(node, name, scope, where));
        }
        return opset;
    }

    private static String found(NodeProto node, String name, Scope scope, String where) {
        return node.getOpType() + " '" + name + "' of domain " + Opsets.name(node)
                + scope.opsets()
                        .version(node.getDomain())
                        .map(version -> ", opset " + version)
                        .orElse("")
                + where;
    }
}
