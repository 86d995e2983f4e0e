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
import java.util.Optional;

/** Drawings' data: graphs as vertices and edges, the arena as rectangles. */
final class Outlines {
    private Outlines() {}

    /** @param dtypes what steps of the compiled program compute in, by node name; empty when every node is float */
    static GraphOutline of(Graph graph, Map<String, String> dtypes) {
        List<GraphOutline.Vertex> vertices = new ArrayList<>();
        List<GraphOutline.Edge> edges = new ArrayList<>();
        Map<String, Integer> makers = new HashMap<>();
        for (String input : graph.inputs()) {
            makers.put(input, vertices.size());
            vertices.add(vertex(graph, input, "Input", input, dtype(graph, input)));
        }
        for (Node node : graph.nodes()) {
            int self = vertices.size();
            String dtype = Optional.ofNullable(dtypes.get(node.name()))
                    .orElseGet(() -> absorbed(graph, node, makers, vertices));
            vertices.add(vertex(graph, node.name(), node.op().type(), node.output(), dtype));
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
            vertices.add(vertex(graph, output, "Output", output, dtype(graph, output)));
        }
        return new GraphOutline(vertices, edges);
    }

    /** A node without a step of its own is part of its producer's: a Relu that became a bound, a Reshape that became a view. */
    private static String absorbed(
            Graph graph, Node node, Map<String, Integer> makers, List<GraphOutline.Vertex> vertices) {
        String own = dtype(graph, node.output());
        Optional<GraphOutline.Vertex> maker = node.inputs().stream()
                .flatMap(input -> Optional.ofNullable(makers.get(input)).stream())
                .map(vertices::get)
                .findFirst();
        if (!own.equals("fp32") || isConversion(node.op().type()) || maker.isEmpty()) {
            return own;
        }
        boolean betweenConversions = isConversion(maker.get().op())
                && graph.consumers().getOrDefault(node.output(), List.of()).stream()
                        .allMatch(reader -> isConversion(reader.op().type()));
        return betweenConversions ? "int8" : maker.get().dtype();
    }

    private static boolean isConversion(String type) {
        return type.equals("QuantizeLinear") || type.equals("DequantizeLinear");
    }

    private static String dtype(Graph graph, String value) {
        return switch (graph.type(value).dtype()) {
            case FLOAT32 -> "fp32";
            case INT8, UINT8 -> "int8";
            default -> graph.type(value).dtype().text();
        };
    }

    private static GraphOutline.Vertex vertex(Graph graph, String name, String op, String value, String dtype) {
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
