package io.selvedge.train;

import io.selvedge.compiler.ir.Graph;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is trained, how, and where its checkpoints lie.
 *
 * @param student as imported, not simplified: batch normalisation must still be there to be trained
 * @param teacher whose outputs the student imitates; it may have been trained on other shapes, its first output must fit
 * @param treatments of values in training: masks, fake quantisation
 * @param folder of the checkpoints; training that finds its own there goes on from it
 * @param evaluated whether the model is judged before and after on samples that training does not see
 */
public record TrainRequest(
        Graph student,
        Optional<Graph> teacher,
        TrainOptions options,
        List<Treatment> treatments,
        Path folder,
        boolean evaluated) {
    public TrainRequest {
        treatments = List.copyOf(treatments);
    }

    /** Judged before and after. */
    public TrainRequest(
            Graph student, Optional<Graph> teacher, TrainOptions options, List<Treatment> treatments, Path folder) {
        this(student, teacher, options, treatments, folder, true);
    }

    /** Without teacher and treatments. */
    public TrainRequest(Graph student, TrainOptions options, Path folder) {
        this(student, Optional.empty(), options, List.of(), folder);
    }

    /** The same for someone who judges the result in another way. */
    public TrainRequest withoutEvaluation() {
        return new TrainRequest(student, teacher, options, treatments, folder, false);
    }

    /** The same with other options. */
    public TrainRequest with(TrainOptions other) {
        return new TrainRequest(student, teacher, other, treatments, folder, evaluated);
    }
}
