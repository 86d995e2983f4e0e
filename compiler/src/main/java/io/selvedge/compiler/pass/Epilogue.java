package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The element-wise nodes that a convolution or matrix product can apply while its results are in registers: everything
 * between its output and the one value that others read.
 *
 * @param nodes in order, the last one makes the output; empty when nothing follows
 * @param expr over Input(0) = the convolution's result, Input(1) = the residual
 * @param residual another value of the output's type
 */
record Epilogue(List<Node> nodes, Expr expr, Optional<String> residual) {
    private static final int MOST_TERMS = 64;

    /** The longest epilogue of a node, made of nodes that the edit has not changed. */
    static Epilogue of(GraphEdit edit, Node conv) {
        return new Search(edit, conv).longest();
    }

    private static final class Search {
        private final GraphEdit edit;
        private final Graph graph;
        private final TensorType type;
        private final Node conv;
        private final Map<String, Expr> values = new LinkedHashMap<>();
        private final List<Node> nodes = new ArrayList<>();
        private Optional<String> residual = Optional.empty();

        Search(GraphEdit edit, Node conv) {
            this.edit = edit;
            this.graph = edit.graph();
            this.conv = conv;
            this.type = graph.type(conv.output());
        }

        Epilogue longest() {
            values.put(conv.output(), new Expr.Input(0));
            Epilogue longest = new Epilogue(List.of(), new Expr.Input(0), Optional.empty());
            List<Node> all = graph.nodes();
            for (Node node : all.subList(all.indexOf(conv) + 1, all.size())) {
                Optional<Expr> expr =
                        node.inputs().stream().anyMatch(values::containsKey) ? add(node) : Optional.empty();
                if (expr.isPresent() && isClosed(node)) {
                    longest = new Epilogue(List.copyOf(nodes), expr.get(), residual);
                }
            }
            return longest;
        }

        /** The expression of a node that joins. */
        private Optional<Expr> add(Node node) {
            if (edit.changed(node)
                    || !ElementExpr.isElementWise(graph, node)
                    || !graph.type(node.output()).equals(type)) {
                return Optional.empty();
            }
            Optional<String> before = residual;
            Optional<Expr> expr =
                    ElementExpr.of(graph, node, this::operand).filter(e -> ElementExpr.size(e) <= MOST_TERMS);
            if (expr.isEmpty()) {
                residual = before;
            } else {
                values.put(node.output(), expr.get());
                nodes.add(node);
            }
            return expr;
        }

        private Optional<Expr> operand(String value) {
            Expr inside = values.get(value);
            if (inside != null) {
                return Optional.of(inside);
            }
            Optional<Expr> number = ElementExpr.number(graph, value);
            if (number.isPresent()) {
                return number;
            }
            boolean fits = graph.type(value).equals(type) && !graph.isConstant(value);
            if (!fits || residual.isPresent() && !residual.get().equals(value)) {
                return Optional.empty();
            }
            residual = Optional.of(value);
            return Optional.of(new Expr.Input(1));
        }

        /** Nothing inside is read outside but the last value. A residual cannot depend on the inside then. */
        private boolean isClosed(Node last) {
            return values.keySet().stream()
                    .filter(value -> !value.equals(last.output()))
                    .allMatch(value -> !edit.isOutput(value) && nodes.containsAll(edit.consumers(value)));
        }
    }
}
