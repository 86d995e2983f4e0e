package io.selvedge.train.fit;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.train.graph.NativeTensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Samples of a data set as the inputs of a graph. */
final class Batches {
    private final Map<String, TensorType> inputs = new LinkedHashMap<>();
    private final Dataset data;
    private final Augmenter augmenter;

    /** @throws SelvedgeException UNTRAINABLE when the graph takes another batch than 1 */
    Batches(Graph graph, Dataset data, Augmenter augmenter) {
        this.data = data;
        this.augmenter = augmenter;
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            if (type.shape().rank() == 0 || type.shape().extent(0) != 1) {
                throw new SelvedgeException(
                        ErrorCode.UNTRAINABLE,
                        "input '" + input + "' is " + type
                                + "; training puts samples side by side along the first axis, "
                                + "which must be 1: give --input-shape " + input + "=1,... or --dim for the batch");
            }
            inputs.put(input, type);
        }
    }

    int samples() {
        return data.size();
    }

    /** The samples at these places, each changed at random by its own seed; unchanged with the plain augmenter. */
    Batch of(int[] indices, long seed) {
        List<Sample> samples = IntStream.of(indices).mapToObj(data::get).toList();
        Map<String, Tensor> tensors = new HashMap<>();
        inputs.forEach((name, type) -> tensors.put(name, input(name, type, samples, indices, seed)));
        Optional<Tensor> labels =
                samples.stream().allMatch(sample -> sample.label().isPresent())
                        ? Optional.of(Tensor.create(samples.stream()
                                .mapToLong(sample -> sample.label().getAsInt())
                                .toArray()))
                        : Optional.empty();
        Optional<Tensor> targets =
                samples.stream().allMatch(sample -> sample.target().isPresent())
                        ? Optional.of(rows(samples))
                        : Optional.empty();
        return new Batch(tensors, labels, targets, indices.length);
    }

    private Tensor input(String name, TensorType type, List<Sample> samples, int[] indices, long seed) {
        int each = Math.toIntExact(type.shape().elements());
        float[] all = new float[each * samples.size()];
        long[] seeds =
                IntStream.of(indices).mapToLong(index -> seed * 31 + index).toArray();
        for (int i = 0; i < samples.size(); i++) {
            float[] values = samples.get(i).inputs().get(name);
            if (values == null || values.length != each) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "the model's input '" + name + "' is " + type + "; '"
                                + samples.get(i).name() + "' gives "
                                + (values == null ? "none of that name" : values.length + " values"));
            }
            if (type.dtype().isFloat()) {
                values = augmenter.changed(values, type, new SplittableRandom(seeds[i]));
            }
            System.arraycopy(values, 0, all, i * each, each);
        }
        if (type.dtype().isFloat()) {
            augmenter.mix(all, each, seeds);
        }
        long[] extents = NativeTensor.extents(type.shape());
        extents[0] = samples.size();
        if (type.dtype().isFloat() || type.dtype().bytes() <= 2) {
            return NativeTensor.floats(all, extents);
        }
        long[] whole = new long[all.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (long) all[i];
        }
        return Tensor.create(whole).reshape(extents);
    }

    private static Tensor rows(List<Sample> samples) {
        int width = samples.getFirst().target().orElseThrow().length;
        float[] all = new float[width * samples.size()];
        for (int i = 0; i < samples.size(); i++) {
            float[] target = samples.get(i).target().orElseThrow();
            if (target.length != width) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "'" + samples.get(i).name() + "' has " + target.length + " target values, '"
                                + samples.getFirst().name() + "' " + width);
            }
            System.arraycopy(target, 0, all, i * width, width);
        }
        return NativeTensor.floats(all, samples.size(), width);
    }
}
