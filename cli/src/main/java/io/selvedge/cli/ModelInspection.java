package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.cli.report.Quantity;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A model, simplified, and the program that it becomes.
 *
 * @param nodesInFile before simplification
 */
record ModelInspection(String name, int nodesInFile, Graph graph, PlannedProgram planned) implements Inspection {
    static ModelInspection of(Path file, ImportOptions options) {
        Graph imported = ModelReader.read(file, options);
        Graph simplified = Compiler.simplify(imported);
        PlannedProgram planned = Compiler.plan(Compiler.lower(Compiler.fuse(simplified)));
        return new ModelInspection(
                String.valueOf(file.getFileName()), imported.nodes().size(), simplified, planned);
    }

    private long parameters() {
        return graph.constants().values().stream()
                .mapToLong(constant -> constant.type().shape().elements())
                .sum();
    }

    private long macs() {
        return planned.program().steps().stream().mapToLong(Program.Step::macs).sum();
    }

    private Map<String, Integer> operators() {
        Map<String, Integer> counts = new TreeMap<>();
        graph.nodes().forEach(node -> counts.merge(node.op().type(), 1, Integer::sum));
        return counts;
    }

    private Buffer written(Program.Step step) {
        return planned.program().buffer(step.kernel().writes());
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(name + ": " + graph.nodes().size() + " operators (" + nodesInFile + " in the file), "
                + planned.program().steps().size() + " steps");
        graph.inputs().forEach(input -> lines.add("  input   " + input + "  " + graph.type(input)));
        graph.outputs().forEach(output -> lines.add("  output  " + output + "  " + graph.type(output)));
        lines.add("");
        TextTable table = new TextTable()
                .right("step")
                .left("kernel")
                .left("output")
                .right("MACs")
                .left("computes");
        int number = 0;
        for (Program.Step step : planned.program().steps()) {
            Buffer output = written(step);
            table.row(
                    Integer.toString(number++),
                    step.kernel().getClass().getSimpleName(),
                    output.dtype().text() + output.shape(),
                    step.macs() == 0 ? "" : Quantity.exact(step.macs()),
                    step.name());
        }
        lines.addAll(table.lines());
        lines.add("");
        lines.add("operators    "
                + operators().entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", ")));
        lines.add("MACs         " + Quantity.exact(macs()));
        lines.add("parameters   " + Quantity.exact(parameters()));
        lines.add("weights      " + Quantity.exact(planned.weightBytes()) + " bytes");
        lines.add("peak memory  " + Quantity.exact(planned.arenaBytes()) + " bytes of arena, " + Quantity.exact(ends())
                + " bytes of inputs and outputs"
                + (planned.preparedBytes() == 0
                        ? ""
                        : ", " + Quantity.exact(planned.preparedBytes()) + " bytes of prepared weights"));
        return lines;
    }

    private long ends() {
        return planned.program().buffers().stream()
                .filter(buffer -> buffer.place() != Buffer.Place.ARENA)
                .mapToLong(Buffer::bytes)
                .sum();
    }

    @Override
    public ObjectNode tree() {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("name", name);
        values(root.putArray("inputs"), graph.inputs());
        values(root.putArray("outputs"), graph.outputs());
        ArrayNode nodes = root.putArray("nodes");
        for (Node node : graph.nodes()) {
            nodes.addObject()
                    .put("name", node.name())
                    .put("op", node.op().type())
                    .put("output", graph.type(node.output()).toString());
        }
        ObjectNode operators = root.putObject("operators");
        operators().forEach(operators::put);
        ArrayNode steps = root.putArray("steps");
        for (Program.Step step : planned.program().steps()) {
            steps.addObject()
                    .put("name", step.name())
                    .put("kernel", step.kernel().getClass().getSimpleName())
                    .put("output", written(step).dtype().text() + written(step).shape())
                    .put("macs", step.macs());
        }
        return root.put("macs", macs())
                .put("parameters", parameters())
                .put("weightBytes", planned.weightBytes())
                .put("arenaBytes", planned.arenaBytes())
                .put("preparedBytes", planned.preparedBytes())
                .put("ioBytes", ends());
    }

    private void values(ArrayNode array, Collection<String> names) {
        for (String value : names) {
            ObjectNode node = array.addObject()
                    .put("name", value)
                    .put("dtype", graph.type(value).dtype().text());
            ArrayNode shape = node.putArray("shape");
            for (int extent : graph.type(value).shape().extents()) {
                shape.add(extent);
            }
        }
    }
}
