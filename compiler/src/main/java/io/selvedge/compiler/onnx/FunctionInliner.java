package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.FunctionProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The functions that a model or a plugin brings along, the model's first: a call becomes the function's body. */
final class FunctionInliner {
    /** Calls inside calls; deeper ones are a mistake or an attack, and the stack is finite. */
    private static final int DEEPEST = 64;

    private record Key(String domain, String name, String overload) {}

    private record Function(FunctionProto proto, Body body, Opsets opsets) {}

    private final String file;
    private final Opsets model;
    private final Map<Key, FunctionProto> protos = new HashMap<>();
    private final Map<Key, PluginFunction> plugged = new HashMap<>();
    private final Map<Key, Function> prepared = new HashMap<>();
    private final Deque<Key> running = new ArrayDeque<>();

    /** @throws SelvedgeException BAD_GRAPH when two functions have one name */
    FunctionInliner(ModelProto model, Opsets opsets, String file, Plugins plugins) {
        this.file = file;
        this.model = opsets;
        for (FunctionProto function : model.getFunctionsList()) {
            Key key = new Key(Opsets.domain(function.getDomain()), function.getName(), function.getOverload());
            if (protos.put(key, function) != null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "function " + describe(key) + " is defined twice (" + file + ")");
            }
        }
        for (PluginFunction function : plugins.functions()) {
            Key key = new Key(function.domain(), function.name(), "");
            if (protos.putIfAbsent(key, function.proto()) == null) {
                plugged.put(key, function);
            }
        }
    }

    boolean has(NodeProto node) {
        return protos.containsKey(key(node));
    }

    /**
     * Reads the function's body in place of the node.
     *
     * @throws SelvedgeException BAD_GRAPH when the function calls itself, by whatever way
     */
    List<Value> inline(NodeProto node, String name, Scope scope, BlockReader blocks) {
        Key key = key(node);
        if (running.contains(key) || running.size() >= DEEPEST) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    running.contains(key)
                            ? "function " + describe(key) + " calls itself; ONNX has no recursion"
                            : "functions call each other more than " + DEEPEST + " deep");
        }
        Function function = prepared.get(key);
        if (function == null) {
            FunctionProto proto = java.util.Objects.requireNonNull(protos.get(key));
            function = new Function(
                    proto, Body.of(proto, file + ", function " + describe(key)), opsets(proto, describe(key)));
            prepared.put(key, function);
        }
        PluginFunction declared = plugged.get(key);
        if (declared != null) {
            PluginCalls.check(declared, node, scope);
        }
        if (node.getInputCount() > function.body().inputs().size()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "passes " + node.getInputCount() + " inputs to function " + describe(key) + ", which has "
                            + function.body().inputs().size());
        }
        running.push(key);
        try {
            List<Value> arguments = node.getInputList().stream().map(scope::get).toList();
            Scope inside = Scope.function(name, function.opsets(), attributes(function.proto(), node));
            return blocks.inline(function.body(), inside, arguments);
        } finally {
            running.pop();
        }
    }

    /** A function that imports nothing speaks the model's opsets. */
    private Opsets opsets(FunctionProto proto, String function) {
        return proto.getOpsetImportCount() == 0
                ? model
                : new Opsets(proto.getOpsetImportList(), "function " + function + " of " + file);
    }

    private static Map<String, AttributeProto> attributes(FunctionProto function, NodeProto call) {
        Map<String, AttributeProto> given = new HashMap<>();
        function.getAttributeProtoList().forEach(attribute -> given.put(attribute.getName(), attribute));
        call.getAttributeList().forEach(attribute -> given.put(attribute.getName(), attribute));
        return given;
    }

    private static Key key(NodeProto node) {
        return new Key(Opsets.domain(node.getDomain()), node.getOpType(), node.getOverload());
    }

    private static String describe(Key key) {
        return "'" + key.name() + "' of domain " + (key.domain().isEmpty() ? "ai.onnx" : key.domain());
    }
}
