package io.selvedge.train.fit;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.graph.TrainingForm;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** {@code dL/dw} of every parameter, the mean over samples: what first-order importance is made of. Nothing is moved. */
public final class Gradients {
    private Gradients() {}

    /**
     * By the constant's name, row-major, in evaluation mode and without augmentation.
     *
     * @param samples how many, drawn from the training data by the seed; fewer when there are fewer
     * @throws io.selvedge.compiler.diag.SelvedgeException UNTRAINABLE, NO_LABELS
     */
    public static Map<String, float[]> of(Graph graph, TrainingData data, TrainOptions options, int samples) {
        torch.set_num_threads(options.threads());
        Graph form = TrainingForm.of(graph);
        int batch = Math.min(options.schedule().batch(), data.training().size());
        int steps = Math.max(1, Math.min(samples, data.training().size()) / batch);
        int[] order = io.selvedge.compress.data.Dataset.order(data.training().size(), options.seed());
        try (Student student = new Student(form, List.of())) {
            Objective objective = new Objective(form, Optional.empty(), options, data);
            Batches batches = new Batches(form, data.training(), Augmenter.PLAIN);
            for (int step = 0; step < steps; step++) {
                try (PointerScope scope = new PointerScope()) {
                    Batch some = batches.of(Arrays.copyOfRange(order, step * batch, (step + 1) * batch), 0);
                    objective.of(student.run(some, false), some).backward();
                }
            }
            return means(student, steps);
        }
    }

    private static Map<String, float[]> means(Student student, int steps) {
        Map<String, float[]> means = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            Map<String, org.bytedeco.pytorch.Tensor> gradients = new LinkedHashMap<>();
            student.parameters().forEach((name, parameter) -> {
                org.bytedeco.pytorch.Tensor gradient = parameter.mutable_grad();
                gradients.put(name, gradient.defined() ? gradient : torch.zeros_like(parameter));
            });
            for (Map.Entry<String, Tensor> sum : Student.copies(gradients).entrySet()) {
                float[] mean = sum.getValue().toFloats();
                for (int i = 0; i < mean.length; i++) {
                    mean[i] /= steps;
                }
                means.put(sum.getKey(), mean);
            }
        }
        return means;
    }
}
