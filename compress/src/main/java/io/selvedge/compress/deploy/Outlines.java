package io.selvedge.compress.deploy;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Drawings' data: graphs as vertices and edges, the arena as rectangles. */
final class Outlines {
    private Outlines() {}

    static GraphOutline of(Graph graph) {
        List<GraphOutline.Vertex> vertices = new ArrayList<>();
        List<GraphOutline.Edge> edges = new ArrayList<>();
        Map<String, Integer> makers = new HashMap<>();
        for (String input : graph.inputs()) {
            makers.put(input, vertices.size());
            vertices.add(vertex(graph, input, "Input", input));
        }
        for (Node node : graph.nodes()) {
            int self = vertices.size();
            vertices.add(vertex(graph, node.name(), node.op().type(), node.output()));
            for (String input : node.inputs()) {
                Integer maker = makers.get(input);
                if (maker != null) {
                    edges.add(new GraphOutline.Edge(maker, self));
                }
            }
            node.outputs().forEach(output -> makers.put(output, self));
        }
        for (String output : graph.outputs()) {
            Integer maker = makers.get(output);
            if (maker != null) {
                edges.add(new GraphOutline.Edge(maker, vertices.size()));
            }
            vertices.add(vertex(graph, output, "Output", output));
        }
        return new GraphOutline(vertices, edges);
    }

    private static GraphOutline.Vertex vertex(Graph graph, String name, String op, String value) {
        String dtype = switch (graph.type(value).dtype()) {
            case FLOAT32 -> "fp32";
            case INT8, UINT8 -> "int8";
            default -> graph.type(value).dtype().text();
        };
        return new GraphOutline.Vertex(
                name, op, dtype, graph.type(value).shape().toString());
    }

    static ArenaMap arena(PlannedProgram planned) {
        Program program = planned.program();
        List<MemoryPlanner.Lifetime> lifetimes = MemoryPlanner.lifetimes(program);
        List<ArenaMap.Span> spans = new ArrayList<>();
        for (Buffer buffer : program.buffers()) {
            MemoryPlanner.Lifetime lifetime = lifetimes.get(buffer.id());
            if (planned.offsets().get(buffer.id()) >= 0 && lifetime.lastStep() >= 0) {
                spans.add(new ArenaMap.Span(
                        buffer.name(),
                        planned.offsets().get(buffer.id()),
                        buffer.bytes(),
                        lifetime.firstStep(),
                        lifetime.lastStep()));
            }
        }
        return new ArenaMap(
                planned.arenaBytes(),
                program.steps().stream().map(Program.Step::name).toList(),
                spans);
    }
}
