package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.op.OpCatalog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can be said about plugins before any model is read. */
final class PluginCheck {
    private final List<Plugins.Operator> operators;
    private final Map<String, PluginFunction> functions;
    private final Set<String> finished = new HashSet<>();
    private final Deque<String> open = new ArrayDeque<>();

    PluginCheck(List<Plugins.Operator> operators, List<PluginFunction> functions) {
        this.operators = operators;
        this.functions = new java.util.LinkedHashMap<>();
        functions.forEach(function -> this.functions.put(function.title(), function));
    }

    /** @throws SelvedgeException BAD_PLUGIN that names the function, its file and what to correct */
    void check() {
        functions.values().forEach(this::body);
        functions.values().forEach(this::calls);
    }

    private void body(PluginFunction function) {
        for (PluginFunction.Call call : function.body()) {
            if (!isKnown(call)) {
                throw fault(
                        function,
                        "uses the operator " + call.type() + " of domain "
                                + (call.domain().isEmpty() ? "ai.onnx" : call.domain())
                                + ", which is neither built in nor of a plugin"
                                + OpCatalog.ALL
                                        .nearest(call.type())
                                        .map(name -> "; nearest that is: " + name)
                                        .orElse(""));
            }
            call.attributes().forEach((name, argument) -> {
                if (argument instanceof PluginFunction.Argument.Reference(String attribute)
                        && !function.attributes().containsKey(attribute)) {
                    throw fault(
                            function,
                            call.type() + " refers to the attribute '" + attribute
                                    + "', which the function does not have; it has "
                                    + function.attributes().keySet().stream()
                                            .sorted()
                                            .toList());
                }
            });
        }
        try {
            Body body = Body.of(function.proto(), function.origin());
            Set<String> defined = new HashSet<>(body.inputs());
            body.nodes().forEach(node -> defined.addAll(node.getOutputList()));
            function.outputs().stream()
                    .filter(output -> !defined.contains(output))
                    .findFirst()
                    .ifPresent(output -> {
                        throw fault(function, "its output '" + output + "' is made by none of its nodes");
                    });
            Opsets opsets = new Opsets(function.proto().getOpsetImportList(), function.title());
            for (PluginFunction.Call call : function.body()) {
                if (call.domain().isEmpty() && opsets.version("").isEmpty()) {
                    throw fault(function, "uses " + call.type() + " of ai.onnx; add ai.onnx to its opsets");
                }
            }
        } catch (SelvedgeException e) {
            throw e.code() == ErrorCode.BAD_PLUGIN ? e : fault(function, String.valueOf(e.getMessage()));
        }
    }

    private boolean isKnown(PluginFunction.Call call) {
        return OpCatalog.ALL.find(call.domain(), call.type()).isPresent()
                || StructuralOperators.has(call.domain(), call.type())
                || functions.containsKey(title(call))
                || operators.stream()
                        .anyMatch(operator -> operator.entry().name().equals(title(call)));
    }

    /** A function that reaches itself would never end. */
    private void calls(PluginFunction function) {
        if (finished.contains(function.title())) {
            return;
        }
        if (open.contains(function.title())) {
            throw fault(function, "calls itself, by way of " + open + "; ONNX has no recursion");
        }
        open.addLast(function.title());
        for (PluginFunction.Call call : function.body()) {
            PluginFunction called = functions.get(title(call));
            if (called != null) {
                calls(called);
            }
        }
        open.removeLast();
        finished.add(function.title());
    }

    private static String title(PluginFunction.Call call) {
        return call.domain().isEmpty() ? call.type() : call.domain() + "." + call.type();
    }

    private static SelvedgeException fault(PluginFunction function, String found) {
        return new SelvedgeException(
                ErrorCode.BAD_PLUGIN,
                "function " + function.title() + " of plugin " + function.origin() + ": " + found);
    }
}
