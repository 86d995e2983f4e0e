package io.selvedge.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which bytes of a part share a model. Tensors are taken by size, largest first; each is seen as bytes or as numbers of four or
 * two, and each of its planes joins the model that it fits, begins one or stays as it is, whichever takes fewest bits.
 *
 * @param models at most 255
 * @param runs all of the part, in its order
 */
record ModelChoice(List<SymbolModel> models, List<PlaneRun> runs) {
    private static final int[] WIDTHS = {1, 4, 2};
    private static final int MOST_MODELS = 255;

    private record Tensor(int offset, int length) {}

    /** A plane's best model and what it costs there. */
    private record Place(int model, double bits) {}

    static ModelChoice of(byte[] plain, SortedSet<Integer> cuts) {
        List<Tensor> tensors = new ArrayList<>();
        TreeSet<Integer> ends = new TreeSet<>(cuts.subSet(1, Math.max(1, plain.length)));
        ends.add(plain.length);
        int offset = 0;
        for (int end : ends) {
            if (end > offset) {
                tensors.add(new Tensor(offset, end - offset));
            }
            offset = end;
        }
        List<Tensor> largestFirst = new ArrayList<>(tensors);
        largestFirst.sort(Comparator.comparingInt(Tensor::length).reversed());
        List<long[]> histograms = new ArrayList<>();
        PlaneRun[] runs = new PlaneRun[tensors.size()];
        for (Tensor tensor : largestFirst) {
            runs[tensors.indexOf(tensor)] = placed(plain, tensor, histograms);
        }
        return new ModelChoice(histograms.stream().map(SymbolModel::of).toList(), List.of(runs));
    }

    private static PlaneRun placed(byte[] plain, Tensor tensor, List<long[]> histograms) {
        List<long[]> best = List.of();
        double least = Double.POSITIVE_INFINITY;
        for (int width : WIDTHS) {
            if (tensor.length % width == 0) {
                List<long[]> planes = planes(plain, tensor, width);
                double bits = planes.stream()
                        .mapToDouble(plane -> place(plane, histograms).bits)
                        .sum();
                if (bits < least) {
                    least = bits;
                    best = planes;
                }
            }
        }
        int[] models = new int[best.size()];
        for (int i = 0; i < models.length; i++) {
            // Again, because a plane may join the model that the one before began.
            models[i] = place(best.get(i), histograms).model;
            if (models[i] == histograms.size()) {
                histograms.add(new long[256]);
            }
            if (models[i] != PlaneRun.RAW) {
                add(histograms.get(models[i]), best.get(i));
            }
        }
        return new PlaneRun(tensor.length / models.length, models);
    }

    private static List<long[]> planes(byte[] plain, Tensor tensor, int width) {
        List<long[]> planes = new ArrayList<>();
        for (int plane = 0; plane < width; plane++) {
            long[] histogram = new long[256];
            for (int i = plane; i < tensor.length; i += width) {
                histogram[plain[tensor.offset + i] & 0xff]++;
            }
            planes.add(histogram);
        }
        return planes;
    }

    private static Place place(long[] plane, List<long[]> histograms) {
        long count = 0;
        for (long n : plane) {
            count += n;
        }
        Place best = new Place(PlaneRun.RAW, 8.0 * count);
        if (histograms.size() < MOST_MODELS) {
            double alone = bits(plane, new long[256]);
            if (alone < best.bits) {
                best = new Place(histograms.size(), alone);
            }
        }
        for (int i = 0; i < histograms.size(); i++) {
            double joined = bits(plane, histograms.get(i)) - bits(new long[256], histograms.get(i));
            if (joined < best.bits) {
                best = new Place(i, joined);
            }
        }
        return best;
    }

    /** Entropy of the bytes of both, and the model itself. */
    private static double bits(long[] some, long[] others) {
        long sum = 0;
        double bits = 0;
        for (int s = 0; s < some.length; s++) {
            long n = some[s] + others[s];
            if (n > 0) {
                sum += n;
                bits -= n * Math.log((double) n) / Math.log(2);
                bits += 9;
            }
        }
        return sum == 0 ? 0 : bits + sum * Math.log((double) sum) / Math.log(2);
    }

    private static void add(long[] to, long[] histogram) {
        for (int s = 0; s < to.length; s++) {
            to[s] += histogram[s];
        }
    }
}
