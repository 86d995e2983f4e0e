package io.selvedge.testkit.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Inputs for a model. */
final class Samples {
    private static final int GESTURE_ROWS = 119;
    private static final int GESTURE_AXES = 6;

    private Samples() {}

    /** A sample of a data set as the tensors of a graph's inputs. */
    static Map<String, Tensor> tensors(Graph graph, Sample sample) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            float[] values = Objects.requireNonNull(sample.inputs().get(input), input);
            tensors.put(input, Tensor.filled(graph.type(input), i -> values[i]));
        }
        return tensors;
    }

    static List<Map<String, Tensor>> tensors(Graph graph, Dataset data) {
        return IntStream.range(0, data.size())
                .mapToObj(i -> tensors(graph, data.get(i)))
                .toList();
    }

    /** What a model meets in use, and noise over the same range. */
    static List<Map<String, Tensor>> mixed(RealModel model, Graph graph, int real, int noise) {
        List<Map<String, Tensor>> samples = new ArrayList<>(real(model, graph, real));
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Map<String, Tensor> sample : samples) {
            for (Tensor tensor : sample.values()) {
                low = Math.min(low, Arrays.stream(tensor.toDoubles()).min().orElseThrow());
                high = Math.max(high, Arrays.stream(tensor.toDoubles()).max().orElseThrow());
            }
        }
        Random random = new Random(1);
        for (int i = 0; i < noise; i++) {
            samples.add(random(graph, low, high, random));
        }
        return samples;
    }

    private static Map<String, Tensor> random(Graph graph, double low, double high, Random random) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : graph.inputs()) {
            inputs.put(name, Tensor.filled(graph.type(name), _ -> low + random.nextDouble() * (high - low)));
        }
        return inputs;
    }

    /** What a model meets in use. */
    static List<Map<String, Tensor>> real(RealModel model, Graph graph, int count) {
        return switch (model) {
            case RESNET8, RESNET8_CHANNELS_LAST, RESNET8_QDQ, KEYWORDS, KEYWORDS_CHANNELS_LAST, KEYWORDS_QDQ ->
                spread(graph, LabelledData.of(model), count);
            case FACE, FACE_SIMPLIFIED -> spread(graph, LabelledData.faces(), count);
            case GESTURE -> gestures(graph, count);
            case CART_POLE -> states(graph, count, new double[] {2.4, 3, 0.21, 3});
            case PENDULUM -> pendulums(graph, count);
            case TEXT_LINE -> strokes(graph, count);
        };
    }

    /** Samples at equal distances, so of several classes. */
    private static List<Map<String, Tensor>> spread(Graph graph, DataSource source, int count) {
        try (source) {
            Dataset all = source.evaluation();
            int step = all.size() / count;
            return IntStream.range(0, count)
                    .mapToObj(i -> tensors(graph, all.get(i * step)))
                    .toList();
        }
    }

    /** Recorded movements of a wand: acceleration and rotation, 119 rows each. */
    private static List<Map<String, Tensor>> gestures(Graph graph, int count) {
        Optional<Path> folder = SharedFolder.find("models/gesture/data/test");
        assumeTrue(folder.isPresent(), "shared/models/gesture/data is absent");
        List<Map<String, Tensor>> samples = new ArrayList<>();
        try (var files = Files.list(folder.orElseThrow())) {
            for (Path file : files.sorted().toList()) {
                List<String> rows = Files.readAllLines(file);
                for (int from = 1; from + GESTURE_ROWS <= rows.size(); from += GESTURE_ROWS) {
                    samples.add(gesture(graph, rows.subList(from, from + GESTURE_ROWS)));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        int step = Math.max(1, samples.size() / count);
        return IntStream.range(0, count)
                .mapToObj(i -> samples.get(i * step % samples.size()))
                .toList();
    }

    private static Map<String, Tensor> gesture(Graph graph, List<String> rows) {
        float[] values = new float[GESTURE_AXES * GESTURE_ROWS];
        for (int row = 0; row < GESTURE_ROWS; row++) {
            String[] fields = rows.get(row).split(",", -1);
            for (int axis = 0; axis < GESTURE_AXES; axis++) {
                double x = Double.parseDouble(fields[axis]);
                values[axis * GESTURE_ROWS + row] = (float) (axis < 3 ? (x + 4) / 8 : (x + 2000) / 4000);
            }
        }
        return Map.of("input", Tensor.filled(graph.type("input"), i -> values[i]));
    }

    private static List<Map<String, Tensor>> states(Graph graph, int count, double[] limits) {
        Random random = new Random(2);
        TensorType type = graph.type("observation");
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(Map.of("observation", Tensor.filled(type, k -> limits[k] * (2 * random.nextDouble() - 1))));
        }
        return samples;
    }

    private static List<Map<String, Tensor>> pendulums(Graph graph, int count) {
        Random random = new Random(3);
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double angle = 2 * Math.PI * random.nextDouble();
            float[] state = {(float) Math.cos(angle), (float) Math.sin(angle), 16 * random.nextFloat() - 8};
            samples.add(Map.of("observation", Tensor.filled(graph.type("observation"), k -> state[k])));
        }
        return samples;
    }

    /** Dark upright and level strokes on light paper, at least to a classifier much like a line of text. */
    private static List<Map<String, Tensor>> strokes(Graph graph, int count) {
        TensorType type = graph.type("x");
        int height = type.shape().extent(2);
        int width = type.shape().extent(3);
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Random random = new Random(i);
            float[] paper = new float[height * width];
            Arrays.fill(paper, 0.8f + 0.2f * random.nextFloat());
            for (int x = 4 + random.nextInt(8); x < width - 14; x += 8 + random.nextInt(8)) {
                boolean ascends = random.nextInt(3) == 0;
                draw(paper, width, x, ascends ? 6 : 16, 3, ascends ? 34 : 24);
                draw(paper, width, x, random.nextBoolean() ? 16 : 37, 9, 3);
            }
            samples.add(Map.of("x", Tensor.filled(type, k -> 2 * paper[k % paper.length] - 1)));
        }
        return samples;
    }

    private static void draw(float[] paper, int width, int x, int y, int w, int h) {
        for (int row = y; row < y + h; row++) {
            Arrays.fill(paper, row * width + x, row * width + x + w, 0.1f);
        }
    }
}
