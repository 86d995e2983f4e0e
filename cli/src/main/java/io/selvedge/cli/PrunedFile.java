package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxExporter;
import java.util.List;

/** The ONNX file that a method of compression writes, with what was done to the model before and now. */
record PrunedFile(Console console, PruneOptions options) {
    /** An entry of the history. */
    static ObjectNode step(String name) {
        return new ObjectMapper().createObjectNode().put("step", name);
    }

    /** Writes it, and removes the checkpoints of training. */
    void write(Graph graph, ObjectNode done, List<ObjectNode> trained) {
        ModelHistory history = new ModelHistory(ModelHistory.of(options.model).plus(done));
        for (ObjectNode training : trained) {
            history = new ModelHistory(history.plus(training));
        }
        OnnxExporter.write(graph, options.out(), history.metadata());
        new Training(console, options.out(), false).deleteCheckpoints();
        console.out().println("Wrote " + options.out());
    }
}
