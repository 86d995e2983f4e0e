package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Samples by index. Reading may decode, so memory stays bounded; the same index always gives the same sample. */
public interface Dataset {
    int size();

    /**
     * Reads one sample.
     *
     * @throws io.selvedge.compiler.diag.SelvedgeException BAD_DATA, NAN_IN_DATA, SHAPE_MISMATCH or IO_ERROR, naming the
     *     file
     * @throws IndexOutOfBoundsException outside 0..size-1
     */
    Sample get(int index);

    /** Dtype and shape of every input a sample has, batch axis of 1 included. */
    Map<String, TensorType> inputs();

    /** Class names in label order, where they are known. */
    default Optional<List<String>> classes() {
        return Optional.empty();
    }

    /** All samples as the inputs of a graph, read now. @throws SelvedgeException as {@link #get} and {@link Sample#tensors} */
    default List<Map<String, Tensor>> tensors(Graph graph) {
        return IntStream.range(0, size()).mapToObj(i -> get(i).tensors(graph)).toList();
    }

    /** A view of the samples at these indices, in this order. */
    default Dataset subset(int... indices) {
        return new Subset(this, indices);
    }

    /** The first {@code count} samples of {@link #order}; all of them when there are fewer. */
    default Dataset take(int count, long seed) {
        return subset(Arrays.copyOf(order(size(), seed), Math.min(count, size())));
    }

    /**
     * Two disjoint halves: a candidate is chosen on one and reported on the other, so that the choice does not flatter
     * the report.
     *
     * @throws io.selvedge.compiler.diag.SelvedgeException EMPTY_DATA with fewer than two samples
     */
    default Halves halves(long seed) {
        if (size() < 2) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA, "Two halves need at least 2 samples; the data has " + size() + ".");
        }
        int[] order = order(size(), seed);
        int half = size() / 2;
        return new Halves(
                subset(Arrays.copyOfRange(order, 0, half)), subset(Arrays.copyOfRange(order, half, order.length)));
    }

    /** A permutation of 0..size-1 that depends on the seed only (Fisher-Yates over {@link SplittableRandom}). */
    static int[] order(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** The half to choose on and the half to report on. */
    record Halves(Dataset choose, Dataset report) {}
}
