package io.selvedge.train.fit;

import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.Augmentation;
import java.util.SplittableRandom;

/** Random changes of one sample's input that leave its meaning. */
record Augmenter(Augmentation rules, boolean channelsLast, boolean images) {
    static final Augmenter PLAIN = new Augmenter(Augmentation.NONE, false, false);

    float[] changed(float[] values, TensorType type, SplittableRandom random) {
        if (rules.equals(Augmentation.NONE)) {
            return values;
        }
        float[] result = moved(values, type.shape().extents(), random);
        double gain = 1 + rules.gain() * (2 * random.nextDouble() - 1);
        if (rules.gain() != 0 || rules.noise() != 0) {
            double deviation = rules.noise() * deviation(values);
            float[] loud = new float[result.length];
            for (int i = 0; i < loud.length; i++) {
                double noise = deviation == 0 ? 0 : deviation * random.nextGaussian();
                loud[i] = (float) (result[i] * gain + noise);
            }
            return loud;
        }
        return result;
    }

    /** Each sample's values, a row a sample, become in part the next one's: by a share that its own seed says. */
    void mix(float[] rows, int each, long[] seeds) {
        if (rules.mix() == 0) {
            return;
        }
        float[] before = rows.clone();
        for (int i = 0; i < seeds.length; i++) {
            double share = rules.mix() * new SplittableRandom(~seeds[i]).nextDouble();
            int other = (i + 1) % seeds.length * each;
            for (int k = 0; k < each; k++) {
                rows[i * each + k] = (float) ((1 - share) * before[i * each + k] + share * before[other + k]);
            }
        }
    }

    private static double deviation(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / values.length;
        return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
    }

    /** Mirrored and shifted; what comes in at an edge repeats the edge. */
    private float[] moved(float[] values, int[] extents, SplittableRandom random) {
        boolean flip = rules.flip() && images && random.nextBoolean();
        int down = shift(random);
        int right = shift(random);
        if (extents.length < 3 || (!flip && down == 0 && right == 0)) {
            return values;
        }
        boolean last = channelsLast && extents.length == 4;
        int height = last ? extents[1] : extents[2];
        int width = extents.length == 4 ? (last ? extents[2] : extents[3]) : 1;
        int channels = last ? extents[3] : extents[1];
        int sideways = images ? right : 0;
        float[] result = new float[values.length];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                int fromY = Math.clamp(y - down, 0, height - 1);
                for (int x = 0; x < width; x++) {
                    int fromX = Math.clamp((flip ? width - 1 - x : x) - sideways, 0, width - 1);
                    int to = last ? (y * width + x) * channels + c : (c * height + y) * width + x;
                    int from = last ? (fromY * width + fromX) * channels + c : (c * height + fromY) * width + fromX;
                    result[to] = values[from];
                }
            }
        }
        return result;
    }

    private int shift(SplittableRandom random) {
        return rules.shift() == 0 ? 0 : random.nextInt(2 * rules.shift() + 1) - rules.shift();
    }
}
