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
 * @param readings of ours that use every weight once
 * @param own ours in other ways, a form each
 */
record SuiteResult(
        String name,
        SuiteModel.Group group,
        String date,
        int threads,
        long macs,
        List<Entry> entries,
        List<Reading> readings,
        List<OwnForms> own) {
    static final String OURS = "selvedge";

    SuiteResult {
        entries = List.copyOf(entries);
        readings = List.copyOf(readings);
        own = List.copyOf(own);
    }

    /**
     * One runtime on one form.
     *
     * @param lap empty when it did not run
     * @param note why it did not run, else empty
     * @param error {@code max |ours - this| / max |this|} over all outputs of the same form; NaN for ourselves
     * @param loaded the same beside busy processes; empty when that was not asked for
     */
    record Entry(
            String runtime,
            String version,
            String dtype,
            Optional<Race.Lap> lap,
            String note,
            double error,
            Optional<Race.Lap> loaded) {
        OptionalDouble micros() {
            return lap.isPresent() ? OptionalDouble.of(lap.get().microsP50()) : OptionalDouble.empty();
        }
    }

    /**
     * What bounds a form that uses every weight once: reading them.
     *
     * @param level nearest cache that holds the weights
     * @param gigabytesPerSecond that one core reads of it at most
     */
    record Reading(String dtype, long weightBytes, String level, double gigabytesPerSecond) {}

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
            entry.lap().ifPresentOrElse(lap -> put(e, "micros", lap), () -> e.put("note", entry.note()));
            entry.loaded().ifPresent(lap -> put(e, "loadedMicros", lap));
            if (!Double.isNaN(entry.error())) {
                e.put("error", entry.error());
            }
        }
        ArrayNode reads = readings.isEmpty() ? new ObjectMapper().createArrayNode() : node.putArray("readings");
        for (Reading reading : readings) {
            reads.addObject()
                    .put("dtype", reading.dtype())
                    .put("weightBytes", reading.weightBytes())
                    .put("level", reading.level())
                    .put("gigabytesPerSecond", reading.gigabytesPerSecond());
        }
        if (!own.isEmpty()) {
            ArrayNode owns = node.putArray("own");
            own.forEach(forms -> owns.add(forms.tree()));
        }
        return node;
    }

    private static void put(ObjectNode node, String name, Race.Lap lap) {
        node.put(name + "P50", lap.microsP50())
                .put(name + "P10", lap.microsP10())
                .put(name + "P95", lap.microsP95());
    }

    private static Optional<Race.Lap> lap(JsonNode node, String name) {
        return node.has(name + "P50")
                ? Optional.of(new Race.Lap(
                        node.path(name + "P50").asDouble(),
                        node.path(name + "P10").asDouble(),
                        node.path(name + "P95").asDouble()))
                : Optional.empty();
    }

    static SuiteResult of(JsonNode node) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode e : node.path("entries")) {
            entries.add(new Entry(
                    e.path("runtime").asText(),
                    e.path("version").asText(),
                    e.path("dtype").asText(),
                    lap(e, "micros"),
                    e.path("note").asText(""),
                    e.path("error").asDouble(Double.NaN),
                    lap(e, "loadedMicros")));
        }
        List<Reading> readings = new ArrayList<>();
        for (JsonNode r : node.path("readings")) {
            readings.add(new Reading(
                    r.path("dtype").asText(),
                    r.path("weightBytes").asLong(),
                    r.path("level").asText(),
                    r.path("gigabytesPerSecond").asDouble()));
        }
        List<OwnForms> own = new ArrayList<>();
        node.path("own").forEach(forms -> own.add(OwnForms.of(forms)));
        return new SuiteResult(
                node.path("model").asText(),
                SuiteModel.Group.valueOf(node.path("group").asText().toUpperCase(Locale.ROOT)),
                node.path("date").asText(),
                node.path("threads").asInt(),
                node.path("macs").asLong(),
                entries,
                readings,
                own);
    }
}
