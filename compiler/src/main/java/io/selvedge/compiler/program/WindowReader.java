package io.selvedge.compiler.program;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;

/** An operator that reads its input 0 as a channels-last buffer, perhaps with a border around it. */
public interface WindowReader {
    /** Whether this node's kernel is one that reads windows. */
    default boolean readsWindows(Node node, Graph graph) {
        return true;
    }

    /** What the operator's kernel needs of that buffer. */
    Request request(Node node, Graph graph);

    /**
     * Needs of one reader.
     *
     * @param padValue value of the border; meaningful when any side is positive
     * @param vectors channel pitch must be a multiple of 16
     * @param slackBytes bytes that may be read behind the last element
     */
    record Request(int top, int left, int bottom, int right, int padValue, boolean vectors, int slackBytes) {
        static final Request NONE = new Request(0, 0, 0, 0, 0, false, 0);
        static final Request VECTORS = new Request(0, 0, 0, 0, 0, true, 0);

        boolean hasBorder() {
            return (top | left | bottom | right) != 0;
        }

        /** One buffer that serves both; the pad value is that of whoever has a border. */
        Request and(Request that) {
            return new Request(
                    Math.max(top, that.top),
                    Math.max(left, that.left),
                    Math.max(bottom, that.bottom),
                    Math.max(right, that.right),
                    that.hasBorder() ? that.padValue : padValue,
                    vectors || that.vectors,
                    Math.max(slackBytes, that.slackBytes));
        }
    }
}
