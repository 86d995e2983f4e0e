package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.FusedConv;
import io.selvedge.compiler.op.FusedGemm;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * f32 Conv and Gemm with constant weights take up the activations and the residual addition that follow. Of two that are
 * added, the later one takes the sum.
 */
public final class FuseConv implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes().reversed()) {
            boolean conv = node.op() instanceof Conv
                    && graph.type(node.output()).shape().rank() <= 4;
            boolean real = (conv || node.op() instanceof Gemm)
                    && graph.type(node.output()).dtype() == DType.FLOAT32;
            if (real) {
                AffineProducer.of(graph, node).ifPresent(producer -> fuse(edit, producer));
            }
        }
        return edit.apply();
    }

    private static void fuse(GraphEdit edit, AffineProducer producer) {
        Node node = producer.node();
        Epilogue epilogue = Epilogue.of(edit, node);
        List<Node> all = new ArrayList<>(List.of(node));
        all.addAll(epilogue.nodes());
        Node last = all.getLast();
        all.forEach(each -> edit.replace(each));
        String name = ElementExpr.name(all);
        List<Node> replacement = new ArrayList<>();
        List<String> inputs;
        Op op;
        if (node.op() instanceof Conv conv) {
            op = new FusedConv(conv.strides(), conv.pads(), conv.dilations(), conv.group(), epilogue.expr());
            inputs = new ArrayList<>(List.of(node.input(0), node.input(1), node.input(2)));
        } else {
            op = new FusedGemm(epilogue.expr());
            inputs = gemmInputs(edit, producer, (Gemm) node.op(), replacement);
        }
        epilogue.residual().ifPresent(inputs::add);
        while (inputs.getLast().isEmpty()) {
            inputs.removeLast();
        }
        replacement.add(new Node(name, op, inputs, last.outputs()));
        edit.replace(last, replacement.toArray(Node[]::new));
    }

    /** {@code a} as [M,K], {@code alpha * b} as [N,K], {@code beta * c} as [N]. */
    private static List<String> gemmInputs(GraphEdit edit, AffineProducer producer, Gemm gemm, List<Node> before) {
        Node node = producer.node();
        String a = node.input(0);
        if (gemm.transA()) {
            a = edit.fresh(a + ".transposed");
            before.add(new Node(a, new Transpose(List.of(1, 0)), List.of(node.input(0)), List.of(a)));
        }
        String b = node.input(1);
        if (gemm.alpha() != 1 || !gemm.transB()) {
            Tensor rows = gemm.transB()
                    ? producer.weight()
                    : new Transpose(List.of(1, 0))
                            .evaluate(List.of(Optional.of(producer.weight())))
                            .getFirst();
            b = edit.constant(b + ".rows", Tensor.filled(rows.type(), i -> rows.getDouble(i) * gemm.alpha()));
        }
        String c = node.input(2);
        boolean ready = gemm.beta() == 1
                && node.hasInput(2)
                && edit.graph()
                        .type(c)
                        .shape()
                        .equals(Shape.of(producer.weight().shape().extent(gemm.transB() ? 0 : 1)));
        if (producer.bias().isPresent() && !ready) {
            double[] bias = producer.bias().get();
            float[] scaled = new float[bias.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (bias[i] * gemm.beta());
            }
            c = edit.constant(c + ".vector", Tensor.floats(scaled, scaled.length));
        }
        return new ArrayList<>(List.of(a, b, c));
    }
}
