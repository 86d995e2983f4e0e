package io.selvedge.compress.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.StepCost;
import io.selvedge.compiler.program.StepCost.Arithmetic;
import io.selvedge.runtime.Binding;
import io.selvedge.runtime.Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What a bundle says of the steps of its program, so that they can be judged without the model: the part {@code steps.json}. */
public record StepSheet(List<Entry> entries) {
    /** Name of the part, to which a further binding adds its suffix. */
    public static final String PART = "steps.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    public StepSheet {
        entries = List.copyOf(entries);
    }

    /**
     * One step.
     *
     * @param name of the graph nodes that it computes
     * @param tiles what its kernel computes at once, by target; targets without a tile are absent
     * @param forms that its kernel has because they were timed, by target; targets that the cost model chose for are absent
     */
    public record Entry(String name, StepCost cost, Map<String, String> tiles, Map<String, String> forms) {
        public Entry {
            tiles = Map.copyOf(tiles);
            forms = Map.copyOf(forms);
        }
    }

    /** The sheet of what was compiled. */
    public static StepSheet of(Compiler.Compilation compilation) {
        Program program = compilation.planned().program();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < program.steps().size(); i++) {
            Program.Step step = program.steps().get(i);
            int number = i;
            entries.add(new Entry(
                    step.name(),
                    StepCost.of(program, step),
                    present(compilation.tiles(), target -> target.get(number)),
                    present(compilation.forms(), target -> target.get(number).other())));
        }
        return new StepSheet(entries);
    }

    private static <T> Map<String, String> present(Map<String, List<T>> byTarget, Function<List<T>, String> text) {
        Map<String, String> present = new TreeMap<>();
        byTarget.forEach((target, steps) -> {
            if (!text.apply(steps).isEmpty()) {
                present.put(target, text.apply(steps));
            }
        });
        return present;
    }

    /** The content of the part; equal sheets give equal bytes. */
    public byte[] bytes() {
        ArrayNode steps = JSON.createArrayNode();
        for (Entry entry : entries) {
            StepCost cost = entry.cost();
            ObjectNode step = steps.addObject()
                    .put("name", entry.name())
                    .put("kernel", cost.kernel())
                    .put("arithmetic", cost.arithmetic().name().toLowerCase(Locale.ROOT))
                    .put("macs", cost.macs())
                    .put("executedMacs", cost.executedMacs())
                    .put("readBytes", cost.readBytes())
                    .put("weightBytes", cost.weightBytes())
                    .put("writtenBytes", cost.writtenBytes());
            if (!entry.tiles().isEmpty()) {
                new TreeMap<>(entry.tiles()).forEach(step.putObject("tiles")::put);
            }
            if (!entry.forms().isEmpty()) {
                new TreeMap<>(entry.forms()).forEach(step.putObject("forms")::put);
            }
        }
        return steps.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The sheet of one binding.
     *
     * @throws SelvedgeException BAD_BUNDLE when there is none, or it cannot be read
     */
    public static StepSheet read(Bundle bundle, Binding binding) {
        String part = binding.part(PART);
        if (!bundle.has(part)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_BUNDLE,
                    bundle.path() + " has no part '" + part
                            + "', which says what its steps compute: an older Selvedge made it. Deploy the model again");
        }
        try {
            List<Entry> entries = new ArrayList<>();
            for (JsonNode step : JSON.readTree(bundle.read(part))) {
                entries.add(entry(step));
            }
            return new StepSheet(entries);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw unreadable(bundle, part, e);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be read", e);
        }
    }

    private static SelvedgeException unreadable(Bundle bundle, String part, Exception e) {
        return new SelvedgeException(
                ErrorCode.BAD_BUNDLE,
                bundle.path() + ": '" + part + "' is not what this Selvedge reads (" + e.getMessage()
                        + "); deploy the model again",
                e);
    }

    private static Entry entry(JsonNode step) {
        return new Entry(
                text(step, "name"),
                new StepCost(
                        text(step, "kernel"),
                        Arithmetic.valueOf(text(step, "arithmetic").toUpperCase(Locale.ROOT)),
                        number(step, "macs"),
                        number(step, "executedMacs"),
                        number(step, "readBytes"),
                        number(step, "weightBytes"),
                        number(step, "writtenBytes")),
                texts(step.path("tiles")),
                texts(step.path("forms")));
    }

    private static Map<String, String> texts(JsonNode byTarget) {
        Map<String, String> texts = new TreeMap<>();
        byTarget.properties()
                .forEach(target -> texts.put(target.getKey(), target.getValue().asText()));
        return texts;
    }

    private static String text(JsonNode step, String field) {
        if (!step.path(field).isTextual()) {
            throw new IllegalArgumentException("a step has no text '" + field + "'");
        }
        return step.path(field).asText();
    }

    private static long number(JsonNode step, String field) {
        if (!step.path(field).canConvertToLong() || step.path(field).asLong() < 0) {
            throw new IllegalArgumentException("a step has no number '" + field + "'");
        }
        return step.path(field).asLong();
    }
}
