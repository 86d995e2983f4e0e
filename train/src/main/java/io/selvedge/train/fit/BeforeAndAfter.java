package io.selvedge.train.fit;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.Truth;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainResult.Evaluated;
import io.selvedge.train.graph.NativeTensor;
import io.selvedge.train.graph.TrainableGraph;
import io.selvedge.train.graph.TrainingForm;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Evaluates a model before and after training on the samples that training did not see, a batch at a time. */
public final class BeforeAndAfter {
    private static final int BATCH = 64;

    private BeforeAndAfter() {}

    /** The metric that the data name. */
    public static Evaluated of(Graph before, Graph after, DataSource source, TrainListener listener) {
        Metric metric = MetricCatalog.named(source.metric());
        Dataset data = source.evaluation();
        double[][] rowsBefore = new double[data.size()][];
        double[][] rowsAfter = new double[data.size()][];
        try (TrainableGraph first = TrainableGraph.forInference(TrainingForm.of(before));
                TrainableGraph second = TrainableGraph.forInference(TrainingForm.of(after));
                NoGradGuard _ = new NoGradGuard()) {
            Batches batches = new Batches(before, data, Augmenter.PLAIN);
            for (int at = 0; at < data.size(); at += BATCH) {
                int[] indices =
                        IntStream.range(at, Math.min(data.size(), at + BATCH)).toArray();
                float[][][] originals = outputs(first, batches, indices);
                float[][][] others = outputs(second, batches, indices);
                for (int i = 0; i < indices.length; i++) {
                    Truth alone = new Truth(data.get(indices[i]), Optional.empty());
                    Truth paired = new Truth(data.get(indices[i]), Optional.of(originals[i]));
                    rowsBefore[indices[i]] = metric.row(originals[i], alone);
                    rowsAfter[indices[i]] = metric.row(others[i], paired);
                }
                listener.progress(new TrainListener.Progress(
                        "evaluation", at + (long) indices.length, data.size(), Double.NaN, -1));
            }
        }
        return new Evaluated(metric.name(), data.size(), metric.value(rowsBefore), metric.value(rowsAfter));
    }

    /** Sample by sample the values of every output. */
    private static float[][][] outputs(TrainableGraph net, Batches batches, int[] indices) {
        try (PointerScope _ = new PointerScope()) {
            Batch batch = batches.of(indices, 0);
            List<Tensor> outputs = net.run(batch.inputs());
            float[][][] values = new float[indices.length][outputs.size()][];
            for (int o = 0; o < outputs.size(); o++) {
                float[] all = NativeTensor.toFloats(outputs.get(o));
                int each = all.length / indices.length;
                for (int i = 0; i < indices.length; i++) {
                    values[i][o] = Arrays.copyOfRange(all, i * each, (i + 1) * each);
                }
            }
            return values;
        }
    }
}
