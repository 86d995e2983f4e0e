package io.selvedge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What of a model runs where, for people, from a bundle's {@code plan.json}. */
final class Boundary {
    private Boundary() {}

    static List<String> lines(JsonNode plan) {
        TextTable table = new TextTable()
                .right("part")
                .left("runs")
                .right("nodes")
                .left("takes")
                .left("gives");
        List<String> delegated = new ArrayList<>();
        int number = 0;
        for (JsonNode part : plan.path("parts")) {
            table.row(
                    Integer.toString(number++),
                    part.path("runs").asText(),
                    Integer.toString(part.path("nodes").size()),
                    values(part.path("inputs")),
                    values(part.path("outputs")));
            for (JsonNode node : part.path("nodes")) {
                if (node.has("reason")) {
                    delegated.add("  " + node.path("op").asText() + " '"
                            + node.path("name").asText() + "': "
                            + node.path("reason").asText());
                }
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.addAll(table.lines());
        if (!delegated.isEmpty()) {
            lines.add("");
            lines.add("left to " + plan.path("fallback").asText() + ":");
            lines.addAll(delegated);
        }
        return lines;
    }

    private static String values(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false)
                .map(value ->
                        value.path("name").asText() + " " + value.path("type").asText())
                .collect(Collectors.joining(", "));
    }
}
