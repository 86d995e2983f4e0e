package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/** Topological order of a file's nodes; the file's own order wherever it is one. */
final class NodeOrder {
    private NodeOrder() {}

    /**
     * Indices of the nodes, each after those that it reads from.
     *
     * @param given names that inputs and initializers define
     * @param outer names that are defined around the nodes, which they may define anew
     * @param file file, and place in it, for messages
     * @throws SelvedgeException BAD_GRAPH on a cycle, a value defined twice or a value that nothing defines
     */
    static List<Integer> of(List<NodeProto> nodes, Set<String> given, Predicate<String> outer, String file) {
        Map<String, Integer> producers = producers(nodes, given, file);
        int[] missing = new int[nodes.size()];
        Map<Integer, List<Integer>> readers = new HashMap<>();
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String input : Body.reads(nodes.get(i))) {
                Integer producer = producers.get(input);
                if (producer != null) {
                    missing[i]++;
                    readers.computeIfAbsent(producer, _ -> new ArrayList<>()).add(i);
                } else if (!given.contains(input) && !outer.test(input)) {
                    throw new SelvedgeException(
                            ErrorCode.BAD_GRAPH,
                            nodes.get(i).getOpType() + " '" + nodes.get(i).getName()
                                    + (nodes.get(i).getInputList().contains(input) ? "' reads '" : "' captures '")
                                    + input + "', which no input, initializer or node defines (" + file + ", node " + i
                                    + ")");
                }
            }
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        List<Integer> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            int next = ready.poll();
            order.add(next);
            for (int reader : readers.getOrDefault(next, List.of())) {
                if (--missing[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (order.size() < nodes.size()) {
            int stuck = 0;
            while (missing[stuck] == 0) {
                stuck++;
            }
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH,
                    "the nodes form a cycle, which " + nodes.get(stuck).getOpType() + " '"
                            + nodes.get(stuck).getName() + "' is on or behind (" + file + ", node " + stuck + ")");
        }
        return order;
    }

    private static Map<String, Integer> producers(List<NodeProto> nodes, Set<String> given, String file) {
        Map<String, Integer> producers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty() && (given.contains(output) || producers.put(output, i) != null)) {
                    throw new SelvedgeException(
                            ErrorCode.BAD_GRAPH,
                            "value '" + output + "' is defined twice; the second time by "
                                    + nodes.get(i).getOpType() + " '"
                                    + nodes.get(i).getName() + "' (" + file
                                    + ", node " + i + ")");
                }
            }
        }
        return producers;
    }
}
