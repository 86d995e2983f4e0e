package io.selvedge.compress.plugin;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.PluginFunction;
import io.selvedge.compiler.onnx.PluginFunction.Argument;
import io.selvedge.compiler.onnx.PluginFunction.Call;
import io.selvedge.compiler.onnx.PluginFunction.Parameter;
import io.selvedge.compress.data.Yaml;
import io.selvedge.compress.data.YamlKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an operator that is a function of others.
 *
 * <pre>{@code
 * domain: com.example
 * name: ScaledTanh                     # y = alpha * tanh(beta * x)
 * since: 1                             # first version of the domain that has it; 1 when left out
 * inputs: [x]                          # a call gives all of them
 * outputs: [y]
 * attributes: {alpha: 1.7159, beta: {type: float}}     # a default, or a type: then a call must give it
 * opsets: {ai.onnx: 17}                # what the body speaks
 * body:
 *   - {op: Constant, outputs: [b], attributes: {value_float: {ref: beta}}}
 *   - {op: Mul, inputs: [x, b], outputs: [scaled]}
 *   - {op: Tanh, inputs: [scaled], outputs: [t]}
 *   - {op: Constant, outputs: [a], attributes: {value_float: {ref: alpha}}}
 *   - {op: Mul, inputs: [t, a], outputs: [y]}          # domain: only for other domains than ai.onnx
 * }</pre>
 */
final class FunctionFile {
    private static final Set<String> KEYS =
            Set.of("domain", "name", "since", "inputs", "outputs", "attributes", "opsets", "body");
    private static final Set<String> NODE = Set.of("op", "domain", "name", "inputs", "outputs", "attributes");

    private final Path file;

    private FunctionFile(Path file) {
        this.file = file;
    }

    /** @throws SelvedgeException BAD_PLUGIN with the line and what to correct, or IO_ERROR */
    static PluginFunction read(Path file) {
        try {
            return new FunctionFile(file).function();
        } catch (SelvedgeException e) {
            // The reader of YAML knows data descriptions only.
            throw e.code() == ErrorCode.BAD_DATA
                    ? new SelvedgeException(
                            ErrorCode.BAD_PLUGIN,
                            "plugin " + file.getFileName() + " is neither a jar nor a YAML function: " + e.getMessage(),
                            e)
                    : e;
        }
    }

    private PluginFunction function() {
        YamlKeys keys = new YamlKeys(file, "the function", Yaml.read(file), KEYS);
        String domain = domain(keys.text("domain"));
        Map<String, Parameter> attributes = new LinkedHashMap<>();
        keys.value("attributes")
                .ifPresent(value -> mapping("attributes", value)
                        .entries()
                        .forEach((name, parameter) ->
                                attributes.put(name, AttributeText.parameter(file, name, parameter))));
        return new PluginFunction(
                String.valueOf(file.getFileName()),
                domain,
                keys.text("name"),
                keys.has("since") ? keys.integer("since", 1) : 1,
                keys.texts("inputs"),
                keys.texts("outputs"),
                attributes,
                opsets(keys),
                body(keys));
    }

    private Map<String, Integer> opsets(YamlKeys keys) {
        Yaml.Mapping versions = mapping("opsets", keys.required("opsets"));
        YamlKeys typed =
                new YamlKeys(file, "'opsets'", versions, versions.entries().keySet());
        Map<String, Integer> opsets = new LinkedHashMap<>();
        versions.entries().keySet().forEach(name -> opsets.put(domain(name), typed.integer(name, 1)));
        return opsets;
    }

    private List<Call> body(YamlKeys keys) {
        if (!(keys.required("body") instanceof Yaml.Sequence(List<Yaml> items, int line)) || items.isEmpty()) {
            throw keys.fault(
                    keys.required("body"), "'body' must be a list of nodes like {op: Tanh, inputs: [x], outputs: [y]}");
        }
        List<Call> body = new ArrayList<>();
        for (Yaml item : items) {
            YamlKeys node = new YamlKeys(file, "a node of 'body'", item, NODE);
            Map<String, Argument> attributes = new LinkedHashMap<>();
            node.value("attributes")
                    .ifPresent(value -> mapping("attributes", value)
                            .entries()
                            .forEach((name, argument) ->
                                    attributes.put(name, AttributeText.argument(file, name, argument))));
            String type = node.text("op");
            body.add(new Call(
                    domain(node.optionalText("domain").orElse("")),
                    type,
                    node.optionalText("name").orElse(type + "_" + body.size()),
                    node.has("inputs") ? node.texts("inputs") : List.of(),
                    node.texts("outputs"),
                    attributes));
        }
        return body;
    }

    private Yaml.Mapping mapping(String key, Yaml value) {
        return Optional.of(value)
                .filter(Yaml.Mapping.class::isInstance)
                .map(Yaml.Mapping.class::cast)
                .orElseThrow(() -> Yaml.at(file, value.line(), "'" + key + "' must be a mapping like {name: value}"));
    }

    private static String domain(String name) {
        return name.equals("ai.onnx") ? "" : name;
    }
}
