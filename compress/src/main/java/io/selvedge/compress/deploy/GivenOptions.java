package io.selvedge.compress.deploy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What a report says that was asked for, and of what. */
final class GivenOptions {
    private GivenOptions() {}

    /** Options that differ from their defaults, by name. */
    static Map<String, String> of(DeployRequest request, Bindings bindings) {
        Map<String, String> options = new LinkedHashMap<>();
        if (!request.targets().isEmpty()) {
            options.put("target", String.join(",", request.targets()));
        }
        request.cc().ifPresent(cc -> options.put("cc", cc.toString()));
        bindings.options().forEach(options::put);
        request.threads().ifPresent(count -> options.put("threads", String.valueOf(count)));
        request.tuneSeconds().ifPresent(seconds -> options.put("tune", String.valueOf(seconds)));
        if (request.withSource()) {
            options.put("with-source", "true");
        }
        if (request.codeWeights()) {
            options.put("code-weights", "true");
        }
        if (!request.variants().isEmpty()) {
            options.put(
                    "candidate",
                    request.variants().stream()
                            .map(variant -> variant.model().toString())
                            .collect(Collectors.joining(",")));
        }
        return options;
    }

    static String toolVersion() {
        String version = GivenOptions.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0-SNAPSHOT" : version;
    }
}
