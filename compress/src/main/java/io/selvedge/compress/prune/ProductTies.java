package io.selvedge.compress.prune;

import io.selvedge.compiler.op.Gemm;
import java.util.Optional;

/** Ties of sums of products: their weights have an axis that writes channels and one that reads them. */
final class ProductTies {
    private static final String WINDOW = "moves a window over it";

    private ProductTies() {}

    /** X [N,C,spatial], W [O,C/group,kernel], B [O], Y [N,O,spatial]. */
    static void conv(NodeTies t, int group) {
        spatial(t);
        int inputs = t.inputExtents(0)[1];
        int outputs = t.outputExtents(0)[1];
        t.tie(t.input(1, 0), t.output(0, 1));
        if (group == inputs && group > 1) {
            // Depthwise: a channel in is outputs/group channels out.
            t.pin(t.input(1, 1), "is depthwise");
            for (int o = 0; o < outputs; o++) {
                t.tie(t.input(0, 1), o / (outputs / group), t.output(0, 1), o);
            }
        } else {
            grouped(t, t.input(0, 1), t.input(1, 1), group);
            alike(t, t.output(0, 1), group);
        }
        weights(t, 0, 1);
    }

    /** X [N,C,spatial], W [C,O/group,kernel], B [O], Y [N,O,spatial]. */
    static void convTranspose(NodeTies t, int group) {
        spatial(t);
        int outputs = t.outputExtents(0)[1];
        t.tie(t.input(1, 0), t.input(0, 1));
        if (group == t.inputExtents(0)[1] && group > 1) {
            t.pin(t.input(1, 1), "is depthwise");
            for (int o = 0; o < outputs; o++) {
                t.tie(t.input(0, 1), o / (outputs / group), t.output(0, 1), o);
            }
        } else {
            grouped(t, t.output(0, 1), t.input(1, 1), group);
            alike(t, t.input(0, 1), group);
        }
        weights(t, 1, 0);
    }

    private static void spatial(NodeTies t) {
        t.tie(t.input(0, 0), t.output(0, 0));
        if (t.node().hasInput(2)) {
            t.tie(t.input(2, 0), t.output(0, 1));
        }
        for (int axis = 2; axis < t.inputExtents(0).length; axis++) {
            t.pin(t.input(0, axis), WINDOW);
            t.pin(t.input(1, axis), WINDOW);
            t.pin(t.output(0, axis), WINDOW);
        }
    }

    /** Channels of all groups against the axis of the weights that the groups share. */
    private static void grouped(NodeTies t, NodeTies.Line channels, NodeTies.Line shared, int group) {
        for (int g = 0; g < group; g++) {
            t.tie(channels, g * shared.extent(), shared, 0, shared.extent());
        }
    }

    /** Groups stay equally wide: a channel goes together with those at the same place in the other groups. */
    private static void alike(NodeTies t, NodeTies.Line channels, int group) {
        int each = channels.extent() / group;
        for (int g = 1; g < group; g++) {
            t.tie(channels, 0, channels, g * each, each);
        }
    }

    /** A' [M,K], B' [K,N], C broadcasts to [M,N]. */
    static void gemm(NodeTies t, Gemm gemm) {
        int k = gemm.transB() ? 1 : 0;
        t.tie(t.input(0, gemm.transA() ? 1 : 0), t.output(0, 0));
        t.tie(t.input(1, 1 - k), t.output(0, 1));
        inner(t, t.input(0, gemm.transA() ? 0 : 1), t.input(1, k));
        if (t.node().hasInput(2)) {
            int[] c = t.inputExtents(2);
            int[] y = t.outputExtents(0);
            for (int axis = 0; axis < c.length; axis++) {
                int aligned = axis + 2 - c.length;
                if (c[axis] == y[aligned]) {
                    t.tie(t.input(2, axis), t.output(0, aligned));
                }
            }
        }
        weights(t, 1 - k, k);
    }

    /** A [..,M,K], B [..,K,N]; a vector is a matrix of one row or column; the axes in front broadcast. */
    static void matMul(NodeTies t) {
        int[] a = t.inputExtents(0);
        int[] b = t.inputExtents(1);
        int[] y = t.outputExtents(0);
        boolean vectorA = a.length == 1;
        boolean vectorB = b.length == 1;
        int matrix = (vectorA ? 0 : 1) + (vectorB ? 0 : 1);
        inner(t, t.input(0, a.length - 1), t.input(1, vectorB ? 0 : b.length - 2));
        if (!vectorA) {
            t.tie(t.input(0, a.length - 2), t.output(0, y.length - matrix));
        }
        if (!vectorB) {
            t.tie(t.input(1, b.length - 1), t.output(0, y.length - 1));
        }
        front(t, 0, a, y, y.length - matrix);
        front(t, 1, b, y, y.length - matrix);
        if (!vectorB) {
            weights(t, b.length - 1, b.length - 2);
        }
        t.weight(0).filter(_ -> !vectorA).ifPresent(weight -> {
            t.role(weight, a.length - 2, Role.WRITES);
            t.role(weight, a.length - 1, Role.READS);
        });
    }

    private static void front(NodeTies t, int input, int[] extents, int[] y, int front) {
        int own = Math.max(0, extents.length - 2);
        for (int axis = 0; axis < own; axis++) {
            int aligned = axis + front - own;
            if (extents[axis] == y[aligned]) {
                t.tie(t.input(input, axis), t.output(0, aligned));
            }
        }
    }

    /** The axis that is summed over. Between two computed matrices a channel is no weight's, so that a mask could not stand for it. */
    private static void inner(NodeTies t, NodeTies.Line a, NodeTies.Line b) {
        t.tie(a, b);
        if (t.weight(0).isEmpty() && t.weight(1).isEmpty()) {
            t.pin(a, "multiplies two computed matrices along it");
        }
    }

    private static void weights(NodeTies t, int writes, int reads) {
        Optional<Place> weight = t.weight(1);
        weight.ifPresent(place -> {
            t.role(place, writes, Role.WRITES);
            t.role(place, reads, Role.READS);
        });
    }
}
