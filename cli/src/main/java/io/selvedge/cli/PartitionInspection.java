package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.partition.Partition;
import io.selvedge.compress.deploy.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What of a model would be compiled, and what would be left to another runtime. */
record PartitionInspection(String name, Partition partition) implements Inspection {
    static PartitionInspection of(Path file, Partition partition) {
        return new PartitionInspection(String.valueOf(file.getFileName()), partition);
    }

    @Override
    public List<String> lines() {
        Graph graph = partition.whole();
        List<String> lines = new ArrayList<>();
        lines.add(name + ": " + graph.nodes().size() + " operators, "
                + (partition.isNative()
                        ? "all of them compiled"
                        : partition.reasons().size() + " of them not compiled"));
        graph.inputs().forEach(input -> lines.add("  input   " + input + "  " + graph.type(input)));
        graph.outputs().forEach(output -> lines.add("  output  " + output + "  " + graph.type(output)));
        lines.addAll(Boundary.lines(new Plan(partition).tree()));
        return lines;
    }

    @Override
    public ObjectNode tree() {
        return new Plan(partition).tree().put("name", name);
    }
}
