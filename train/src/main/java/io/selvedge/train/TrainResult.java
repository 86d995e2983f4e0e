package io.selvedge.train;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What training leaves.
 *
 * @param graph the student with its best parameters; masks are applied, fake quantisation is not
 * @param learned scales that training moved, by value
 * @param history epoch by epoch
 * @param learningRate the highest of the schedule
 * @param bestEpoch whose parameters these are, from 1
 * @param digest SHA-256 of the parameters
 * @param dataDigest SHA-256 of a sample of the training data
 * @param evaluation on the data that training did not see; empty where nobody evaluated
 */
public record TrainResult(
        Graph graph,
        Map<String, Tensor> learned,
        List<Epoch> history,
        double learningRate,
        int bestEpoch,
        String digest,
        String dataDigest,
        Optional<Evaluated> evaluation) {
    public TrainResult {
        learned = Map.copyOf(learned);
        history = List.copyOf(history);
    }

    /** The same, evaluated. */
    public TrainResult with(Evaluated figures) {
        return new TrainResult(
                graph, learned, history, learningRate, bestEpoch, digest, dataDigest, Optional.of(figures));
    }

    /** A metric of the data before and after training. */
    public record Evaluated(String metric, int samples, double before, double after) {}

    /**
     * One pass over the training data.
     *
     * @param loss mean over its steps
     * @param validationLoss mean over the samples that judge; NaN without any
     * @param validationAccuracy share of them that the first output's largest value names; NaN without labels
     */
    public record Epoch(int number, double loss, double validationLoss, double validationAccuracy) {}
}
