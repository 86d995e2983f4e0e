package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Verifier;
import java.util.List;

/** The passes in the order in which they run. */
public final class Pipelines {
    /** The result is plain ONNX and can be exported; repeated until nothing changes. */
    public static final List<Pass> SIMPLIFY = List.of(
            new EliminateDeadNodes(),
            new FoldConstants(),
            new HoistDequantize(),
            new EliminateIdentity(),
            new EliminateCommonSubexpressions(),
            new CanonicalizeReshape(),
            new EliminateTransposes(),
            new CanonicalizeGlobalPool(),
            new ConvertMatMulToGemm(),
            new FusePadIntoConv(),
            new CanonicalizeHardSwish(),
            new FuseBatchNorm(),
            new FoldAffineIntoConv());

    /** In front of lowering, after 8-bit patterns were fused; the result has operators of domain {@code selvedge}. */
    public static final List<Pass> FUSE = List.of(
            new ComputeHalfInFloat(),
            FoldConstants.withDequantized(),
            new FuseLayerNorm(),
            new FuseConv(),
            new FuseMatMul(),
            new FuseElementWise());

    private Pipelines() {}

    /** Runs {@link #SIMPLIFY}; the same instance when nothing changes. */
    public static Graph simplify(Graph graph) {
        return settle(SIMPLIFY, graph);
    }

    /** Runs {@link #FUSE}. */
    public static Graph fuse(Graph graph) {
        return run(FUSE, graph);
    }

    private static Graph settle(List<Pass> passes, Graph graph) {
        Graph current = graph;
        while (true) {
            Graph next = run(passes, current);
            if (next == current) {
                return current;
            }
            current = next;
        }
    }

    /** Runs each pass until it finds nothing more. With assertions enabled every result is verified. */
    private static Graph run(List<Pass> passes, Graph graph) {
        Graph current = graph;
        for (Pass pass : passes) {
            Graph next = pass.run(current);
            while (next != current) {
                assert verified(pass, next);
                current = next;
                next = pass.run(current);
            }
        }
        return current;
    }

    private static boolean verified(Pass pass, Graph graph) {
        try {
            Verifier.verify(graph);
            return true;
        } catch (IllegalStateException broken) {
            throw new IllegalStateException("after " + pass.name() + ": " + broken.getMessage(), broken);
        }
    }
}
