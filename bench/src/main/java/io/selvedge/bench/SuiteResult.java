package io.selvedge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one model of the suite took, in all of its forms and in every runtime, interleaved.
 *
 * @param date day of the measurement
 * @param macs multiply-accumulate operations of one inference
 */
record SuiteResult(String name, SuiteModel.Group group, String date, int threads, long macs, List<Entry> entries) {
    static final String OURS = "selvedge";

    SuiteResult {
        entries = List.copyOf(entries);
    }

    /**
     * One runtime on one form.
     *
     * @param lap empty when it did not run
     * @param note why it did not run, else empty
     * @param error {@code max |ours - this| / max |this|} over all outputs of the same form; NaN for ourselves
     */
    record Entry(String runtime, String version, String dtype, Optional<Race.Lap> lap, String note, double error) {
        OptionalDouble micros() {
            return lap.isPresent() ? OptionalDouble.of(lap.get().microsP50()) : OptionalDouble.empty();
        }
    }

    Optional<Entry> ours(String dtype) {
        return entries.stream()
                .filter(e -> e.runtime().equals(OURS) && e.dtype().equals(dtype))
                .findFirst();
    }

    List<Entry> peers(String dtype) {
        return entries.stream()
                .filter(e -> !e.runtime().equals(OURS) && e.dtype().equals(dtype))
                .toList();
    }

    /** The fastest peer's median by ours; for int8 a peer may be fastest in float. */
    OptionalDouble ratio(String dtype) {
        OptionalDouble fastest = entries.stream()
                .filter(e -> !e.runtime().equals(OURS) && (e.dtype().equals(dtype) || dtype.equals("int8")))
                .flatMapToDouble(e -> e.micros().stream())
                .min();
        OptionalDouble own = ours(dtype).map(Entry::micros).orElse(OptionalDouble.empty());
        return fastest.isPresent() && own.isPresent()
                ? OptionalDouble.of(fastest.getAsDouble() / own.getAsDouble())
                : OptionalDouble.empty();
    }

    /** As one line of JSON. */
    ObjectNode tree() {
        ObjectNode node = new ObjectMapper()
                .createObjectNode()
                .put("model", name)
                .put("group", group.title())
                .put("date", date)
                .put("threads", threads)
                .put("macs", macs);
        ArrayNode array = node.putArray("entries");
        for (Entry entry : entries) {
            ObjectNode e = array.addObject()
                    .put("runtime", entry.runtime())
                    .put("version", entry.version())
                    .put("dtype", entry.dtype());
            entry.lap()
                    .ifPresentOrElse(
                            lap -> e.put("microsP50", lap.microsP50())
                                    .put("microsP10", lap.microsP10())
                                    .put("microsP95", lap.microsP95()),
                            () -> e.put("note", entry.note()));
            if (!Double.isNaN(entry.error())) {
                e.put("error", entry.error());
            }
        }
        return node;
    }

    static SuiteResult of(JsonNode node) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode e : node.path("entries")) {
            Optional<Race.Lap> lap = e.has("microsP50")
                    ? Optional.of(new Race.Lap(
                            e.path("microsP50").asDouble(),
                            e.path("microsP10").asDouble(),
                            e.path("microsP95").asDouble()))
                    : Optional.empty();
            entries.add(new Entry(
                    e.path("runtime").asText(),
                    e.path("version").asText(),
                    e.path("dtype").asText(),
                    lap,
                    e.path("note").asText(""),
                    e.path("error").asDouble(Double.NaN)));
        }
        return new SuiteResult(
                node.path("model").asText(),
                SuiteModel.Group.valueOf(node.path("group").asText().toUpperCase(Locale.ROOT)),
                node.path("date").asText(),
                node.path("threads").asInt(),
                node.path("macs").asLong(),
                entries);
    }
}
