package io.selvedge.compress.tune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was timed on this CPU before: one file in the user's cache for every target and C compiler. */
public final class TuningCache {
    /** Counted up when the measurement changes, so that older choices are made again. */
    private static final int VERSION = 1;

    private static final String FOLDER = "tuning";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final UserCache cache;
    private final HostCpu host;
    private final Target target;
    private final String compiler;

    /** @param compiler version of the C compiler */
    public TuningCache(UserCache cache, HostCpu host, Target target, String compiler) {
        this.cache = cache;
        this.host = host;
        this.target = target;
        this.compiler = compiler;
    }

    /** All that is known; what cannot be read is said to be so, and will be timed again. */
    TunedForms read() {
        Path file = cache.root().resolve(FOLDER).resolve(fileName());
        if (!Files.isRegularFile(file)) {
            return TunedForms.NONE;
        }
        Map<String, Choice> choices = new TreeMap<>();
        try {
            for (Map.Entry<String, JsonNode> layer :
                    JSON.readTree(file.toFile()).path("layers").properties()) {
                Optional<Choice> choice = choice(layer.getValue());
                if (choice.isPresent()) {
                    choices.put(layer.getKey(), choice.get());
                } else {
                    warn("an entry of " + file + " is damaged and left out; that layer is timed again: "
                            + layer.getKey());
                }
            }
        } catch (IOException e) {
            warn(file + " is damaged and left out; its layers are timed again (" + IoReason.of(e) + ")");
        }
        return new TunedForms(choices);
    }

    /**
     * Adds choices to what is known by now, also by another process.
     *
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE
     */
    void add(Map<String, Choice> found) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("cpu", host.model()).put("target", target.name()).put("compiler", compiler);
        ObjectNode layers = tree.putObject("layers");
        new TreeMap<>(read().with(found).choices())
                .forEach((layer, choice) -> layers.putObject(layer)
                        .put("form", choice.form())
                        .put("was", choice.was())
                        .put("micros", choice.micros())
                        .put("wasMicros", choice.wasMicros()));
        UserCache.keep(cache.folder(FOLDER).resolve(fileName()), tree.toPrettyString());
    }

    private static Optional<Choice> choice(JsonNode entry) {
        Choice choice = new Choice(
                entry.path("form").asText(),
                entry.path("was").asText(),
                entry.path("micros").asDouble(),
                entry.path("wasMicros").asDouble());
        boolean whole =
                !choice.form().isEmpty() && !choice.was().isEmpty() && choice.micros() > 0 && choice.wasMicros() > 0;
        return whole ? Optional.of(choice) : Optional.empty();
    }

    private static void warn(String text) {
        System.getLogger(TuningCache.class.getName()).log(System.Logger.Level.WARNING, text);
    }

    /** Another CPU, other kernels or another compiler have other files. */
    private String fileName() {
        String key = VERSION + "\n" + host.model() + "\n" + new TreeSet<>(host.flags()) + "\n" + target + "\n"
                + compiler + "\n" + CEmitter.kernels(target);
        return UserCache.fileName(target.name(), key);
    }
}
