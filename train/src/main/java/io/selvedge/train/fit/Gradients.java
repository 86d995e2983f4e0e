package io.selvedge.train.fit;

import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.graph.NativeTensor;
import io.selvedge.train.graph.TrainableGraph;
import io.selvedge.train.graph.TrainingForm;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/**
 * How much the loss hangs on each weight: {@code mean over batches of |dL/dw * w|}, the first-order Taylor estimate of what the loss
 * changes by when the weight becomes zero. The model stays as it is; batch normalisation computes as in evaluation.
 */
public final class Gradients {
    private Gradients() {}

    /**
     * By parameter, in the shape of each.
     *
     * @param request of which student, teacher, treatments, batch and seed count
     * @param batches at most so many, chosen by the seed
     */
    public static Map<String, Tensor> taylor(
            TrainRequest request, TrainingData data, int batches, TrainListener listener) {
        torch.set_num_threads(request.options().threads());
        Map<String, double[]> sums = new LinkedHashMap<>();
        Optional<TrainableGraph> teacher =
                request.teacher().map(TrainingForm::of).map(TrainableGraph::forInference);
        int size =
                Math.min(request.options().schedule().batch(), data.training().size());
        int count = Math.min(batches, data.training().size() / size);
        int[] order = Dataset.order(data.training().size(), request.options().seed());
        try (Student student = new Student(TrainingForm.of(request.student()), request.treatments(), false)) {
            Batches samples = new Batches(request.student(), data.training(), Augmenter.PLAIN);
            Objective objective = new Objective(TrainingForm.of(request.student()), teacher, request.options(), data);
            new Premises(student, objective, samples, data).check();
            for (int i = 0; i < count; i++) {
                try (PointerScope _ = new PointerScope()) {
                    Batch batch = samples.of(Arrays.copyOfRange(order, i * size, (i + 1) * size), 0);
                    student.clearGradients();
                    objective.of(student.run(batch, false), batch).backward();
                    student.parameters().forEach((name, parameter) -> add(sums, name, parameter, count));
                }
                listener.progress(new TrainListener.Progress("gradients", i + 1L, count, Double.NaN, -1));
            }
        } finally {
            teacher.ifPresent(TrainableGraph::close);
        }
        Map<String, Tensor> importance = new LinkedHashMap<>();
        sums.forEach((name, sum) ->
                importance.put(name, Tensor.filled(request.student().type(name), i -> sum[i])));
        return importance;
    }

    private static void add(Map<String, double[]> sums, String name, org.bytedeco.pytorch.Tensor parameter, int count) {
        double[] sum = sums.computeIfAbsent(name, _ -> new double[Math.toIntExact(parameter.numel())]);
        if (parameter.grad().defined()) {
            float[] part = NativeTensor.toFloats(parameter.grad().mul(parameter).abs());
            for (int i = 0; i < part.length; i++) {
                sum[i] += (double) part[i] / count;
            }
        }
    }
}
