package io.selvedge.testkit.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Windows of {@value #CYCLES} cycles of engines that run until they fail (C-MAPSS FD001), to find anomalies in: an engine is well for
 * its first cycles and worn out at its end. Sensors are standardised by what well engines of the training part show.
 *
 * @param engines by number, cycle by cycle the sensors that vary
 */
record TurbofanWindows(Map<Integer, List<float[]>> engines) {
    static final int CYCLES = 16;
    /** Columns of the sensors that are not constant: 2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20 and 21. */
    private static final int[] COLUMNS = {6, 7, 8, 11, 12, 13, 15, 16, 17, 18, 19, 21, 24, 25};

    private static final int WELL_CYCLES = 60;
    private static final int WORN_CYCLES = 30;
    private static final double TRAINING_SHARE = 0.7;

    static TurbofanWindows read(Path file) throws IOException {
        Map<Integer, List<float[]>> engines = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.strip().split("\\s+");
                float[] row = new float[COLUMNS.length];
                for (int i = 0; i < row.length; i++) {
                    row[i] = Float.parseFloat(words[COLUMNS[i]]);
                }
                engines.computeIfAbsent(Integer.valueOf(words[0]), _ -> new ArrayList<>())
                        .add(row);
            }
        }
        return new TurbofanWindows(engines);
    }

    /** {@code train.npz}: windows of well engines with target 0. {@code windows.npz}: of other engines, labelled 1 when worn out. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<List<float[]>> all = List.copyOf(engines.values());
        int training = (int) Math.round(all.size() * TRAINING_SHARE);
        double[][] scales = scales(all.subList(0, training));
        List<float[]> learned = new ArrayList<>();
        for (List<float[]> engine : all.subList(0, training)) {
            windows(engine, 0, WELL_CYCLES, 1, scales, learned);
        }
        NpzWriter.write(folder.resolve("train.npz"), learned, Collections.nCopies(learned.size(), 0), false);
        List<float[]> judged = new ArrayList<>();
        for (List<float[]> engine : all.subList(training, all.size())) {
            windows(engine, 0, WELL_CYCLES, 2, scales, judged);
        }
        List<Integer> labels = new ArrayList<>(Collections.nCopies(judged.size(), 0));
        for (List<float[]> engine : all.subList(training, all.size())) {
            windows(engine, engine.size() - WORN_CYCLES, engine.size(), 2, scales, judged);
        }
        labels.addAll(Collections.nCopies(judged.size() - labels.size(), 1));
        NpzWriter.write(folder.resolve("windows.npz"), judged, labels, true);
    }

    /** Mean and deviation of each sensor. */
    private static double[][] scales(List<List<float[]>> engines) {
        double[][] scales = new double[COLUMNS.length][2];
        List<float[]> rows = engines.stream()
                .flatMap(engine -> engine.subList(0, WELL_CYCLES).stream())
                .toList();
        for (int sensor = 0; sensor < scales.length; sensor++) {
            int at = sensor;
            double mean = rows.stream().mapToDouble(row -> row[at]).average().orElse(0);
            double variance = rows.stream()
                    .mapToDouble(row -> (row[at] - mean) * (row[at] - mean))
                    .average()
                    .orElse(1);
            scales[sensor] = new double[] {mean, Math.sqrt(variance)};
        }
        return scales;
    }

    private static void windows(
            List<float[]> engine, int from, int to, int stride, double[][] scales, List<float[]> windows) {
        for (int start = from; start + CYCLES <= to; start += stride) {
            float[] window = new float[CYCLES * scales.length];
            for (int i = 0; i < window.length; i++) {
                double[] scale = scales[i % scales.length];
                window[i] = (float) ((engine.get(start + i / scales.length)[i % scales.length] - scale[0]) / scale[1]);
            }
            windows.add(window);
        }
    }
}
