package io.selvedge.train.fit;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.train.TensorFile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Samples to learn from and samples to judge by.
 *
 * @param validation may be empty (of size 0)
 * @param channelsLast whether inputs of four axes have their channels last
 * @param images whether both axes behind the channels are of space; else the first is of time
 * @param values whether the model's first output is values to hit rather than one score a class
 */
public record TrainingData(Dataset training, Dataset validation, boolean channelsLast, boolean images, boolean values) {
    private static final int LOOKED_AT = 64;

    /** Splits a share off for validation, chosen by the seed. @throws SelvedgeException EMPTY_DATA */
    public static TrainingData split(
            Dataset all, double share, long seed, boolean channelsLast, boolean images, boolean values) {
        int judging = (int) Math.round(all.size() * share);
        if (all.size() - judging < 1) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA, "training needs at least one sample; the data has " + all.size());
        }
        int[] order = Dataset.order(all.size(), seed);
        return new TrainingData(
                all.subset(Arrays.copyOfRange(order, judging, order.length)),
                all.subset(Arrays.copyOf(order, judging)),
                channelsLast,
                images,
                values);
    }

    /** Whether samples say what is right. */
    public boolean labelled() {
        Sample first = training.get(0);
        return first.label().isPresent() || first.target().isPresent();
    }

    /** SHA-256 of samples spread over the data: enough to tell data sets apart. */
    public String digest() {
        Map<String, Tensor> looked = new LinkedHashMap<>();
        int count = Math.min(LOOKED_AT, training.size());
        for (int i = 0; i < count; i++) {
            int index = (int) ((long) i * training.size() / count);
            Sample sample = training.get(index);
            String name = training.size() + "/" + validation.size() + "/" + index + "/"
                    + sample.label().orElse(-1);
            new TreeMap<>(sample.inputs())
                    .forEach((input, values) -> looked.put(name + "/" + input, Tensor.floats(values, values.length)));
            sample.target().ifPresent(target -> looked.put(name, Tensor.floats(target, target.length)));
        }
        return TensorFile.digest(looked);
    }
}
