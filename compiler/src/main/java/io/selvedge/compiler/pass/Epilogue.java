package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.FusedMatMul;
import io.selvedge.compiler.program.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The element-wise nodes that a convolution or matrix product can apply while its results are in registers: everything
 * between its output and the one value that others read.
 *
 * @param nodes in order, the last one makes the output; empty when nothing follows
 * @param expr over Input(0) = the result, Input(i) = operand i - 1
 * @param operands other values
 */
record Epilogue(List<Node> nodes, Expr expr, List<String> operands) {
    private static final int MOST_TERMS = 64;
    private static final int MOST_OPERANDS = 6;

    /** The longest epilogue of a convolution, made of nodes that the edit has not changed, with a residual at most. */
    static Epilogue of(GraphEdit edit, Node conv) {
        return new Search(edit, conv, false).longest();
    }

    /** The same of a matrix product that takes several operands: residuals, rows and numbers. */
    static Epilogue ofMatrix(GraphEdit edit, Node product) {
        return new Search(edit, product, true).longest();
    }

    /** Another value of the output's type. */
    Optional<String> residual() {
        return operands.stream().findFirst();
    }

    private static final class Search {
        private final GraphEdit edit;
        private final Graph graph;
        private final TensorType type;
        private final Node conv;
        private final boolean matrix;
        private final Map<String, Expr> values = new LinkedHashMap<>();
        private final List<Node> nodes = new ArrayList<>();
        private List<String> operands = List.of();

        Search(GraphEdit edit, Node conv, boolean matrix) {
            this.edit = edit;
            this.graph = edit.graph();
            this.conv = conv;
            this.matrix = matrix;
            this.type = graph.type(conv.output());
        }

        Epilogue longest() {
            values.put(conv.output(), new Expr.Input(0));
            Epilogue longest = new Epilogue(List.of(), new Expr.Input(0), List.of());
            List<Node> all = graph.nodes();
            for (Node node : all.subList(all.indexOf(conv) + 1, all.size())) {
                Optional<Expr> expr =
                        node.inputs().stream().anyMatch(values::containsKey) ? add(node) : Optional.empty();
                if (expr.isPresent() && isClosed(node)) {
                    longest = new Epilogue(List.copyOf(nodes), expr.get(), operands);
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
            List<String> before = operands;
            Optional<Expr> expr =
                    ElementExpr.of(graph, node, this::operand).filter(e -> ElementExpr.size(e) <= MOST_TERMS);
            if (expr.isEmpty()) {
                operands = before;
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
            int known = operands.indexOf(value);
            if (known < 0 && (!fits(value) || operands.size() == (matrix ? MOST_OPERANDS : 1))) {
                return Optional.empty();
            }
            if (known < 0) {
                operands = Stream.concat(operands.stream(), Stream.of(value)).toList();
            }
            return Optional.of(new Expr.Input(1 + operands.indexOf(value)));
        }

        private boolean fits(String value) {
            return matrix
                    ? FusedMatMul.takes(graph.type(value), type)
                    : graph.type(value).equals(type) && !graph.isConstant(value);
        }

        /** Nothing inside is read outside but the last value. An operand cannot depend on the inside then. */
        private boolean isClosed(Node last) {
            return values.keySet().stream()
                    .filter(value -> !value.equals(last.output()))
                    .allMatch(value -> !edit.isOutput(value) && nodes.containsAll(edit.consumers(value)));
        }
    }
}
