package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Boxes, best first, that overlap no better one of their class by more than a threshold: rows of (batch, class, box), int64.
 * Inputs: boxes [N,B,4], scores [N,C,B], and scalars that may be absent: most boxes per class (0), overlap threshold (0), score
 * threshold (none).
 *
 * @param centred boxes are centre and extents instead of two corners
 * @see <a href="https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html">ONNX NonMaxSuppression</a>
 */
public record NonMaxSuppression(boolean centred) implements Selecting {
    static Op read(OpCall call) {
        return new NonMaxSuppression(call.attributes().flag("center_point_box", false));
    }

    @Override
    public String type() {
        return "NonMaxSuppression";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("center_point_box", centred ? 1L : 0L);
    }

    private static void check(TensorType boxes, TensorType scores) {
        shapes(
                boxes.shape().rank() == 3
                        && scores.shape().rank() == 3
                        && boxes.shape().extent(2) == 4
                        && boxes.shape().extent(0) == scores.shape().extent(0)
                        && boxes.shape().extent(1) == scores.shape().extent(2),
                "needs boxes [N,B,4] and scores [N,C,B], got boxes=%s, scores=%s",
                boxes,
                scores);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        check(required(inputs, 0, "boxes"), required(inputs, 1, "scores"));
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).isPresent()) {
                Operands.known(
                        constants,
                        i,
                        List.of("boxes", "scores", "most", "overlap", "score").get(i));
            }
        }
        return List.of(evaluate(constants).getFirst().type());
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor boxes = required(inputs, 0, "boxes");
        Tensor scores = required(inputs, 1, "scores");
        long most = optional(inputs, 2).map(t -> t.getLong(0)).orElse(0L);
        double overlap = optional(inputs, 3).map(t -> t.getDouble(0)).orElse(0.0);
        double least = optional(inputs, 4).map(t -> t.getDouble(0)).orElse(Double.NEGATIVE_INFINITY);
        int classes = scores.shape().extent(1);
        int count = boxes.shape().extent(1);
        List<Long> chosen = new ArrayList<>();
        for (int row = 0; row < scores.shape().extent(0) * classes; row++) {
            int batch = row / classes;
            int start = row * count;
            List<Integer> order = IntStream.range(0, count)
                    .boxed()
                    .filter(i -> scores.getDouble(start + i) > least)
                    .sorted(Comparator.comparingDouble((Integer i) -> scores.getDouble(start + i))
                            .reversed())
                    .toList();
            List<Integer> kept = new ArrayList<>();
            for (int i : order) {
                if (kept.size() < most
                        && kept.stream()
                                .allMatch(k -> overlap(box(boxes, batch * count + i), box(boxes, batch * count + k))
                                        <= overlap)) {
                    kept.add(i);
                    chosen.addAll(List.of((long) batch, (long) (row % classes), (long) i));
                }
            }
        }
        return List.of(Tensor.longs(chosen.stream().mapToLong(n -> n).toArray(), chosen.size() / 3, 3));
    }

    /** Low and high corner, in the order of the file's coordinates. */
    private double[] box(Tensor boxes, int index) {
        double[] b = new double[4];
        for (int i = 0; i < 4; i++) {
            b[i] = boxes.getDouble(index * 4 + i);
        }
        return centred
                ? new double[] {b[0] - b[2] / 2, b[1] - b[3] / 2, b[0] + b[2] / 2, b[1] + b[3] / 2}
                : new double[] {Math.min(b[0], b[2]), Math.min(b[1], b[3]), Math.max(b[0], b[2]), Math.max(b[1], b[3])};
    }

    /** Area in common over area of both. */
    private static double overlap(double[] a, double[] b) {
        double width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        double common = Math.max(0, width) * Math.max(0, height);
        double whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common;
        return whole <= 0 ? 0 : common / whole;
    }

    @Override
    public boolean isDecided(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).isPresent() && constants.get(i).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int openAxis(List<Optional<TensorType>> inputs) {
        return 0;
    }

    @Override
    public TensorType largest(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType boxes = required(inputs, 0, "boxes");
        TensorType scores = required(inputs, 1, "scores");
        check(boxes, scores);
        if (boxes.dtype() != DType.FLOAT32 || scores.dtype() != DType.FLOAT32) {
            throw new SelvedgeException(
                    ErrorCode.DTYPE_MISMATCH, "needs float boxes and scores, got " + boxes + " and " + scores);
        }
        long perClass = optional(inputs, 2).isEmpty()
                ? 0
                : optional(constants, 2).map(t -> t.getLong(0)).orElse(Long.MAX_VALUE);
        long rows = (long) scores.shape().extent(0) * scores.shape().extent(1);
        return TensorType.of(
                DType.INT64,
                Math.max(1, rows * Math.clamp(perClass, 0, boxes.shape().extent(1))),
                3);
    }

    @Override
    public View select(Node node, ProgramBuilder builder, int most) {
        int[] scores = builder.extents(node.input(1));
        View found = builder.temporary(node.name() + ".found", DType.INT64, 3 * most + 1);
        View order = builder.temporary(node.name() + ".order", DType.INT64, scores[2]);
        Routines.emit(
                builder,
                "select",
                "sv_non_max_suppression",
                List.of(
                        Routines.operand(builder, node.input(0)),
                        Routines.operand(builder, node.input(1)),
                        given(node, 2)
                                ? Routines.operand(builder, node.input(2))
                                : Routines.longs(builder, node.name() + ".none", 0),
                        threshold(node, 3, 0, builder),
                        threshold(node, 4, Float.NEGATIVE_INFINITY, builder)),
                found.buffer(),
                OptionalInt.of(order.buffer()),
                scores[0],
                scores[1],
                scores[2],
                most,
                centred);
        builder.alias(
                node.output(), found.sliced(0, 0, 1, 3 * most).reshaped(most, 3).orElseThrow());
        return found.sliced(0, 3 * most, 1, 1);
    }

    private static boolean given(Node node, int input) {
        return node.inputs().size() > input && !node.input(input).isEmpty();
    }

    private static Kernel.Operand threshold(Node node, int input, float otherwise, ProgramBuilder builder) {
        return given(node, input)
                ? Routines.operand(builder, node.input(input))
                : Routines.floats(builder, node.name() + ".threshold" + input, otherwise);
    }
}
