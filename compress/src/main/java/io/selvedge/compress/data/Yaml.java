package io.selvedge.compress.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A YAML document with the line of every value. Scalars keep the text as written: {@code no}, {@code on} and {@code 007}
 * are class names, not numbers or truth values.
 */
public sealed interface Yaml {
    int line();

    record Scalar(String text, int line) implements Yaml {}

    record Sequence(List<Yaml> items, int line) implements Yaml {}

    record Mapping(Map<String, Yaml> entries, int line) implements Yaml {}

    /** Descriptions are written by hand; a file above this is another kind of file. */
    long MAX_BYTES = 4 << 20;

    /**
     * Reads a description.
     *
     * @throws SelvedgeException DATA_NOT_FOUND, BAD_DATA with the line, or IO_ERROR
     */
    static Yaml read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new SelvedgeException(
                    ErrorCode.DATA_NOT_FOUND,
                    "No data description at '" + file + "'; give the path of a YAML file with --data.");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "'" + file + "' has " + Files.size(file) + " bytes; a description is a short YAML file.");
            }
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return parse(text, file);
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "Cannot read '" + file + "': " + IoReason.of(e), e);
        }
    }

    private static Yaml parse(String text, Path file) throws IOException {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA, "'" + file + "' is empty; it needs a mapping of keys to values.");
            }
            Yaml document = value(parser, file);
            if (parser.nextToken() != null) {
                throw at(file, parser.currentTokenLocation().getLineNr(), "one document per file; found a second one");
            }
            return document;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw at(
                    file,
                    line,
                    "not valid YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    private static Yaml value(YAMLParser parser, Path file) throws IOException {
        int line = parser.currentTokenLocation().getLineNr();
        if (parser.isCurrentAlias()) {
            throw at(file, line, "aliases (*name) are not supported; repeat the value");
        }
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return mapping(parser, file, line);
        }
        if (token == JsonToken.START_ARRAY) {
            List<Yaml> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(value(parser, file));
            }
            return new Sequence(items, line);
        }
        return new Scalar(parser.getText(), line);
    }

    private static Yaml mapping(YAMLParser parser, Path file, int line) throws IOException {
        Map<String, Yaml> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            int keyLine = parser.currentTokenLocation().getLineNr();
            parser.nextToken();
            if (entries.put(key, value(parser, file)) != null) {
                throw at(file, keyLine, "'" + key + "' is given twice");
            }
        }
        return new Mapping(entries, line);
    }

    static SelvedgeException at(Path file, int line, String problem) {
        return new SelvedgeException(ErrorCode.BAD_DATA, "'" + file + "' line " + line + ": " + problem + ".");
    }
}
