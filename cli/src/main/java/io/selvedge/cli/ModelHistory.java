package io.selvedge.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.onnx.OnnxImporter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was done to a model, kept in the metadata of its ONNX file under {@code selvedge.history}: a list of JSON objects, the
 * oldest first.
 *
 * @param metadata all of the file's
 */
record ModelHistory(Map<String, String> metadata) {
    private static final String KEY = "selvedge.history";
    private static final ObjectMapper JSON = new ObjectMapper();

    ModelHistory {
        metadata = Map.copyOf(metadata);
    }

    /** The history of a model file; a TFLite file has none. */
    static ModelHistory of(Path model) {
        return new ModelHistory(ModelReader.isTflite(model) ? Map.of() : OnnxImporter.metadata(model));
    }

    /** The metadata with one thing more that was done; the tool's version is added to it. */
    Map<String, String> plus(ObjectNode done) {
        ArrayNode list = JSON.createArrayNode();
        steps().forEach(list::add);
        list.add(done.deepCopy().put("tool", "selvedge " + Version.text()));
        Map<String, String> all = new TreeMap<>(metadata);
        all.put(KEY, list.toString());
        return all;
    }

    /** What was done so far; nothing where the entry is not one of Selvedge's. */
    private ArrayNode steps() {
        try {
            JsonNode read = JSON.readTree(metadata.getOrDefault(KEY, "[]"));
            return read instanceof ArrayNode list ? list : JSON.createArrayNode();
        } catch (JsonProcessingException e) {
            return JSON.createArrayNode();
        }
    }
}
