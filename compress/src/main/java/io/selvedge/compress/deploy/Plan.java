package io.selvedge.compress.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.partition.Part;
import io.selvedge.compiler.partition.Partition;
import java.util.List;
import java.util.Locale;

/** What of a model runs where: the part {@code plan.json} of a bundle, which people and tools read. */
public record Plan(Partition partition) {
    /** Name of the part. */
    public static final String PART = "plan.json";

    /** Where a part of the model lies in the bundle; parts run in the order of these names. */
    static String entry(int number, Part part) {
        return String.format(Locale.ROOT, "parts/%04d.%s", number, part.kind() == Part.Kind.NATIVE ? "selv" : "onnx");
    }

    /** As JSON. */
    public ObjectNode tree() {
        ObjectNode root = new ObjectMapper().createObjectNode().put("fallback", "onnxruntime");
        ArrayNode parts = root.putArray("parts");
        for (int i = 0; i < partition.parts().size(); i++) {
            Part part = partition.parts().get(i);
            ObjectNode tree = parts.addObject()
                    .put("runs", part.kind() == Part.Kind.NATIVE ? "native" : "onnxruntime")
                    .put("entry", entry(i, part));
            values(tree.putArray("inputs"), part.graph(), part.graph().inputs());
            values(tree.putArray("outputs"), part.graph(), part.graph().outputs());
            ArrayNode nodes = tree.putArray("nodes");
            for (Node node : part.graph().nodes()) {
                ObjectNode entry = nodes.addObject()
                        .put("name", node.name())
                        .put("op", node.op().type());
                String reason = partition.reasons().get(node.name());
                if (reason != null) {
                    entry.put("reason", reason);
                }
            }
        }
        return root;
    }

    private static void values(ArrayNode array, Graph graph, List<String> values) {
        values.forEach(value -> array.addObject()
                .put("name", value)
                .put("type", graph.type(value).toString()));
    }
}
