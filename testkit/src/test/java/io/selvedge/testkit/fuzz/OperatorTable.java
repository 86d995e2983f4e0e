package io.selvedge.testkit.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What operators look like in files: domain, type, how many inputs and outputs, which attributes. */
record OperatorTable(List<Row> rows) {
    record Attribute(String name, String kind, List<String> texts) {}

    record Row(String domain, String type, int inputs, int outputs, List<Attribute> attributes) {}

    static OperatorTable read() {
        try (InputStream in = OperatorTable.class.getResourceAsStream("operators.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new OperatorTable(text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(OperatorTable::row)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String line) {
        String[] words = line.split(" ");
        int dot = words[0].lastIndexOf('.');
        return new Row(
                dot < 0 ? "" : words[0].substring(0, dot),
                words[0].substring(dot + 1),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Arrays.stream(words).skip(3).map(OperatorTable::attribute).toList());
    }

    private static Attribute attribute(String word) {
        String[] parts = word.split("[:=]", 3);
        return new Attribute(parts[0], parts[1], parts.length < 3 ? List.of() : List.of(parts[2].split("\\|")));
    }
}
