package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.OpFactory;
import io.selvedge.compiler.op.OpCatalog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Operators beside those of {@link OpCatalog#ALL}: in Java, and as functions. They are part of the options of an import, not
 * of the process, so two imports may have different ones.
 */
public record Plugins(List<Operator> operators, List<PluginFunction> functions) implements OpFactory {
    /** None. */
    public static final Plugins NONE = new Plugins(List.of(), List.of());

    /** An operator and the plugin that it is of. */
    public record Operator(String origin, OpCatalog.Entry entry) {
        /** Takes ai.onnx by either of its names.
         *  @throws SelvedgeException BAD_PLUGIN when the entry names no version of its domain */
        public Operator {
            if (entry.versions().isEmpty() || entry.versions().getFirst() < 1) {
                throw new SelvedgeException(
                        ErrorCode.BAD_PLUGIN,
                        "operator " + entry.name() + " of plugin " + origin + " has the versions " + entry.versions()
                                + "; list those of its domain that changed it, 1 or later");
            }
            // As everywhere behind the importer, ai.onnx is the empty domain.
            entry = new OpCatalog.Entry(Opsets.domain(entry.domain()), entry.type(), entry.versions(), entry.factory());
        }
    }

    /** Checks everything that can be checked without a model.
     *  @throws SelvedgeException BAD_PLUGIN when an operator is given twice or is built in, or a function cannot be inlined */
    public Plugins {
        operators = List.copyOf(operators);
        functions = List.copyOf(functions);
        Map<String, String> origins = new HashMap<>();
        for (Operator operator : operators) {
            requireNew(operator.entry().domain(), operator.entry().type(), operator.origin(), origins);
        }
        for (PluginFunction function : functions) {
            requireNew(function.domain(), function.name(), function.origin(), origins);
        }
        new PluginCheck(operators, functions).check();
    }

    private static void requireNew(String domain, String type, String origin, Map<String, String> origins) {
        String name = domain.isEmpty() ? type : domain + "." + type;
        boolean builtIn = OpCatalog.ALL.find(domain, type).isPresent() || StructuralOperators.has(domain, type);
        String earlier = builtIn ? "Selvedge itself" : origins.put(name, origin);
        if (earlier != null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_PLUGIN,
                    "operator " + name + " of plugin " + origin + " is an operator of "
                            + (builtIn ? earlier : "plugin " + earlier)
                            + " already; rename it or its domain, or leave out one of the plugins");
        }
    }

    /** The operator in Java of that name. */
    Optional<Operator> find(String domain, String type) {
        return operators.stream()
                .filter(operator -> operator.entry().domain().equals(domain)
                        && operator.entry().type().equals(type))
                .findFirst();
    }

    /** Makes the operators of plugins and built-in ones, so that dumps of graphs with both can be read. */
    @Override
    public Op create(String domain, String type, Map<String, Object> attributes) {
        return find(domain, type)
                .map(operator -> operator.entry().create(attributes))
                .orElseGet(() -> OpCatalog.ALL.create(domain, type, attributes));
    }
}
