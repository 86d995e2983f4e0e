package io.selvedge.train.fit;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.Sample;
import io.selvedge.train.graph.NativeTensor;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** What must hold before the first step. */
record Premises(Student student, Objective objective, Batches batches, TrainingData data) {
    private static final int SAMPLES = 256;
    private static final double TOLERANCE = 1e-3;

    /** @throws SelvedgeException NO_LABELS for labels of one class, UNTRAINABLE for a model that mixes samples */
    void check() {
        if (objective.usesLabels() && objective.head().kind() != Head.Kind.VALUES) {
            requireClasses();
        }
        if (batches.samples() > 1) {
            requireSeparateSamples();
        }
    }

    private void requireClasses() {
        Set<Integer> seen = new HashSet<>();
        int size = data.training().size();
        int spread = Math.min(SAMPLES, size);
        // Data are often sorted by class, so the first ones are spread over them; then all.
        for (int i = 0; i < spread + size && seen.size() < 2; i++) {
            Sample sample = data.training().get(i < spread ? (int) ((long) i * size / spread) : i - spread);
            seen.add(sample.label()
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.NO_LABELS,
                            "'" + sample.name() + "' has no label while others have; label all or none")));
        }
        if (seen.size() < 2) {
            throw new SelvedgeException(
                    ErrorCode.NO_LABELS,
                    "all " + size + " training samples have the label " + seen
                            + "; training needs at least two classes "
                            + "to tell apart. Check 'labels' or 'classes', or that the data are not cut off");
        }
    }

    /** Two samples side by side must give what each gives alone. */
    private void requireSeparateSamples() {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            int last = batches.samples() - 1;
            float[] both = rows(0, last);
            float[] one = rows(0);
            float[] other = rows(last);
            for (int i = 0; i < both.length; i++) {
                float alone = i < one.length ? one[i] : other[i - one.length];
                if (Math.abs(both[i] - alone) > TOLERANCE * (1 + Math.abs(alone))) {
                    throw mixed();
                }
            }
        } catch (RuntimeException e) {
            if (e instanceof SelvedgeException) {
                throw e;
            }
            // libtorch's own words for shapes that do not fit.
            throw new SelvedgeException(ErrorCode.UNTRAINABLE, mixed().getMessage() + " (" + firstLine(e) + ")", e);
        }
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static SelvedgeException mixed() {
        return new SelvedgeException(
                ErrorCode.UNTRAINABLE,
                "the model does not treat samples side by side as it treats each alone: an operator reads or moves the batch "
                        + "axis. Export it with an open batch, or without the part that does");
    }

    private float[] rows(int... indices) {
        Batch batch = batches.of(indices, 0);
        return NativeTensor.toFloats(objective.rows(student.untreated(batch), batch));
    }
}
