package io.selvedge.train.fit;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Distillation;
import io.selvedge.train.graph.Natively;
import io.selvedge.train.graph.TrainableGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** What training makes small: the task's loss, a teacher's, or a weighted sum. */
final class Objective {
    private final Head head;
    private final Optional<Teacher> teacher;
    private final Distillation weights;
    private final boolean useLabels;

    /** @param features values that both have, with one shape (feature) or the same spatial extents (attention) */
    private record Teacher(
            TrainableGraph graph, Head head, Map<String, String> inputs, List<String> features, List<String> maps) {}

    /** @throws SelvedgeException TEACHER_MISMATCH, NO_LABELS */
    Objective(Graph student, Optional<TrainableGraph> teacher, TrainOptions options, TrainingData data) {
        this.head = Head.of(student, data.values());
        this.weights = options.distillation();
        this.useLabels = options.useLabels() && data.labelled();
        this.teacher = teacher.map(graph -> teacher(student, graph, data));
        if (useLabels && options.augmentation().mix() != 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "mixed samples have no label; leave 'mix' out, or let the teacher alone say what is right ('labels: "
                            + "false' of the data's 'training', or --no-labels)");
        }
        if (!useLabels && teacher.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.NO_LABELS,
                    "training needs to know what is right, and the data have no labels; describe 'classes' or 'labels' (in "
                            + "an .npz: the array 'y'), or give a model to imitate: --teacher FILE.onnx");
        }
    }

    private Teacher teacher(Graph student, TrainableGraph graph, TrainingData data) {
        Graph other = graph.graph();
        Head theirs = Head.of(other, data.values());
        if (theirs.width() != head.width()) {
            throw new SelvedgeException(
                    ErrorCode.TEACHER_MISMATCH,
                    "the teacher's first output '" + other.outputs().getFirst() + "' has " + theirs.width()
                            + " values a sample, the student's '"
                            + student.outputs().getFirst() + "' " + head.width()
                            + "; give a teacher of the same task");
        }
        Map<String, String> inputs = new HashMap<>();
        for (int i = 0; i < other.inputs().size(); i++) {
            String name = other.inputs().get(i);
            String from = student.inputs().contains(name)
                    ? name
                    : i < student.inputs().size() ? student.inputs().get(i) : "";
            if (from.isEmpty() || !other.type(name).equals(student.type(from))) {
                throw new SelvedgeException(
                        ErrorCode.TEACHER_MISMATCH,
                        "the teacher's input '" + name + "' is " + other.type(name) + "; the student has "
                                + (from.isEmpty() ? "no such input" : student.type(from))
                                + "; both must take the same samples");
            }
            inputs.put(name, from);
        }
        List<String> features = new ArrayList<>();
        List<String> maps = new ArrayList<>();
        for (var node : student.nodes()) {
            String name = node.output();
            if (other.types().containsKey(name)
                    && !other.isConstant(name)
                    && student.type(name).shape().rank() == 4) {
                Shape ours = student.type(name).shape();
                Shape shape = other.type(name).shape();
                if (ours.equals(shape)) {
                    features.add(name);
                }
                if (shape.rank() == 4
                        && ours.dims().subList(2, 4).equals(shape.dims().subList(2, 4))) {
                    maps.add(name);
                }
            }
        }
        requireFeatures(features, weights.feature(), "feature");
        requireFeatures(maps, weights.attention(), "attention");
        return new Teacher(graph, theirs, inputs, features, maps);
    }

    private static void requireFeatures(List<String> found, double weight, String what) {
        if (weight != 0 && found.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.TEACHER_MISMATCH,
                    what + " matching needs values that teacher and student both have, by name, with the same extents; "
                            + "there are none: leave it out");
        }
    }

    /** Whether labels say what is right. */
    boolean usesLabels() {
        return useLabels;
    }

    Head head() {
        return head;
    }

    /** The student's scores or values, a row a sample. */
    Tensor rows(Map<String, Tensor> values, Batch batch) {
        return rows(values, head, batch);
    }

    private static Tensor rows(Map<String, Tensor> values, Head head, Batch batch) {
        Tensor found = values.get(head.value());
        if (found == null) {
            throw new IllegalStateException("no value '" + head.value() + "'");
        }
        return found.reshape(batch.size(), -1);
    }

    /** The loss of a batch, from every value of the student's run. */
    Tensor of(Map<String, Tensor> student, Batch batch) {
        Tensor rows = rows(student, batch);
        if (teacher.isEmpty()) {
            return task(rows, batch);
        }
        Map<String, Tensor> theirs = new HashMap<>();
        try (NoGradGuard _ = new NoGradGuard()) {
            Map<String, Tensor> inputs = new HashMap<>();
            teacher.get()
                    .inputs()
                    .forEach((name, from) -> inputs.put(name, batch.inputs().get(from)));
            theirs.putAll(teacher.get().graph().run(inputs, false, io.selvedge.train.graph.Hook.NONE));
        }
        double share = useLabels ? weights.task() : 0;
        Tensor loss = imitation(rows, rows(theirs, teacher.get().head(), batch)).mul(Natively.number(1 - share));
        if (share != 0) {
            loss = loss.add(task(rows, batch).mul(Natively.number(share)));
        }
        if (weights.feature() != 0) {
            loss = loss.add(matched(teacher.get().features(), student, theirs, weights.feature(), true));
        }
        if (weights.attention() != 0) {
            loss = loss.add(matched(teacher.get().maps(), student, theirs, weights.attention(), false));
        }
        return loss;
    }

    private static Tensor matched(
            List<String> names,
            Map<String, Tensor> student,
            Map<String, Tensor> teacher,
            double weight,
            boolean whole) {
        Optional<Tensor> sum = Optional.empty();
        for (String name : names) {
            Tensor ours = student.get(name);
            Tensor theirs = teacher.get(name);
            if (ours != null && theirs != null) {
                Tensor part = whole ? Losses.feature(ours, theirs) : Losses.attention(ours, theirs);
                sum = Optional.of(sum.map(part::add).orElse(part));
            }
        }
        return sum.orElseThrow().mul(Natively.number(weight / names.size()));
    }

    private Tensor imitation(Tensor rows, Tensor theirs) {
        return switch (head.kind()) {
            case CLASSES -> Losses.softened(rows, theirs, weights.temperature());
            case BINARY -> Losses.softenedBinary(rows, theirs, weights.temperature());
            case VALUES -> Losses.meanSquare(rows, theirs);
        };
    }

    private Tensor task(Tensor rows, Batch batch) {
        if (head.kind() == Head.Kind.VALUES) {
            Tensor targets = batch.targets().orElseThrow();
            if (targets.size(1) != head.width()) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "samples have " + targets.size(1) + " target values; the model's first output has "
                                + head.width());
            }
            return Losses.meanSquare(rows, targets);
        }
        Tensor labels = batch.labels().orElseThrow();
        int classes = Math.max(2, head.width());
        long highest = labels.max().item_long();
        if (highest >= classes) {
            throw new SelvedgeException(
                    ErrorCode.LABEL_OUT_OF_RANGE,
                    "the training data have label " + highest + "; the model's first output tells " + classes
                            + " classes apart (0.." + (classes - 1) + ")");
        }
        return head.kind() == Head.Kind.BINARY ? Losses.binary(rows, labels) : Losses.crossEntropy(rows, labels);
    }

    /** How many samples of a batch the scores name rightly; -1 where that cannot be said. */
    long right(Map<String, Tensor> student, Batch batch) {
        if (head.kind() == Head.Kind.VALUES || batch.labels().isEmpty()) {
            return -1;
        }
        Tensor rows = rows(student, batch);
        Tensor found = head.kind() == Head.Kind.BINARY
                ? rows.gt(Natively.number(0)).reshape(-1)
                : rows.argmax(new org.bytedeco.pytorch.LongOptional(1), false);
        return found.eq(batch.labels().get()).sum().item_long();
    }
}
