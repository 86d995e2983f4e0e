package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.PluginCode;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.op.OpCall;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Calls of what plugins add. */
final class PluginCalls {
    private PluginCalls() {}

    /**
     * Checks a call of a function. ONNX declares nothing of the kind for functions in models; a plugin's says what it takes.
     *
     * @throws SelvedgeException UNSUPPORTED_OP for a version before its first, BAD_GRAPH for other numbers of inputs or outputs,
     *     BAD_ATTRIBUTE for one that it does not have, has in another kind, or needs
     */
    static void check(PluginFunction function, NodeProto node, Scope scope) {
        String title = "function " + function.title() + " of plugin " + function.origin();
        scope.opsets()
                .version(function.domain())
                .filter(version -> version < function.since())
                .ifPresent(version -> {
                    throw new SelvedgeException(
                            ErrorCode.UNSUPPORTED_OP,
                            title + " is read from version " + function.since()
                                    + " of its domain on; the model imports " + version);
                });
        boolean complete = node.getInputList().stream().noneMatch(input -> scope.get(input) instanceof Value.Absent);
        if (node.getInputCount() != function.inputs().size() || !complete) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    title + " needs the inputs " + function.inputs() + "; the call gives " + node.getInputList());
        }
        if (node.getOutputCount() > function.outputs().size()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    title + " has the outputs " + function.outputs() + "; the call names " + node.getOutputList());
        }
        Set<String> given = new HashSet<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            given.add(attribute.getName());
            PluginFunction.Parameter parameter = function.attributes().get(attribute.getName());
            if (parameter == null || !function.accepts(attribute)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE,
                        parameter == null
                                ? title + " has no attribute '" + attribute.getName() + "'; it has "
                                        + function.attributes().keySet().stream()
                                                .sorted()
                                                .toList()
                                : title + " takes '" + attribute.getName() + "' as "
                                        + parameter.kind().name().toLowerCase(Locale.ROOT) + "; the call gives "
                                        + AttributeReader.kind(attribute));
            }
        }
        function.attributes().forEach((name, parameter) -> {
            if (parameter.otherwise().isEmpty() && !given.contains(name)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE, title + " needs the attribute '" + name + "', which has no default");
            }
        });
    }

    /**
     * The operator that a plugin's factory makes of a call.
     *
     * @throws SelvedgeException BAD_PLUGIN when the factory fails, or when an exported model could not name the operator
     */
    static Op make(Plugins.Operator operator, OpCall call, Plugins plugins) {
        String plugin = "plugin " + operator.origin();
        String subject = "operator " + operator.entry().name() + " '" + call.name() + "'";
        Op op = PluginCode.call(
                plugin, subject, "its factory", () -> operator.entry().factory().apply(call));
        if (!PluginCode.isOf(op)) {
            return op;
        }
        String domain = PluginCode.call(plugin, subject, "domain", op::domain);
        String type = PluginCode.call(plugin, subject, "type", op::type);
        PluginCode.call(plugin, subject, "attributes", op::attributes);
        int version = PluginCode.call(plugin, subject, "domainVersion", op::domainVersion);
        boolean listed = plugins.find(domain, type)
                .filter(found -> found.entry().versions().contains(version))
                .isPresent();
        if (domain.isEmpty() || domain.equals("ai.onnx") || domain.equals("selvedge") || !listed) {
            throw new SelvedgeException(
                    ErrorCode.BAD_PLUGIN,
                    subject + " of " + plugin + " becomes " + type + " of domain '" + domain + "', version " + version
                            + ", which "
                            + (listed
                                    ? "must be a domain of the plugin's own, such as com.example"
                                    : "its provider does not list")
                            + "; a model that is exported with it could not be read");
        }
        return op;
    }
}
