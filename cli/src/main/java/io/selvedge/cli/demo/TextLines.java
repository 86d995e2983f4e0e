package io.selvedge.cli.demo;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Text lines that are drawn when asked for, upright (class 0) and turned by 180 degrees (class 1), every other one noisy:
 * of four lines in a row, one is clean and upright, one noisy and upright, one clean and turned, one noisy and turned.
 */
public final class TextLines implements Dataset {
    private final String inputName;
    private final long seed;
    private final List<String> texts;
    private final LineArtist artist;
    /** Drawing costs milliseconds, and every candidate looks at every line. */
    private final AtomicReferenceArray<byte[]> levels;

    private TextLines(String inputName, long seed, List<String> texts, LineArtist artist) {
        this.inputName = inputName;
        this.seed = seed;
        this.texts = List.copyOf(texts);
        this.artist = artist;
        this.levels = new AtomicReferenceArray<>(texts.size());
    }

    /** Lines to evaluate and lines to calibrate on; no text occurs twice, within or between the two. */
    public record Sets(TextLines evaluation, TextLines calibration) {}

    /** Draws texts for both sets.
     *  @param inputName the model's input, [1, 3, 48, 192] float32 */
    public static Sets draw(String inputName, int evaluationLines, int calibrationLines, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> taken = new HashSet<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < evaluationLines + calibrationLines; i++) {
            texts.add(LineTexts.draw(random, taken));
        }
        LineArtist artist = new LineArtist(GlyphOutlines.load());
        return new Sets(
                new TextLines(inputName, random.nextLong(), texts.subList(0, evaluationLines), artist),
                new TextLines(inputName, random.nextLong(), texts.subList(evaluationLines, texts.size()), artist));
    }

    @Override
    public int size() {
        return texts.size();
    }

    /** The line as the camera saw it, turned and noisy where it is. */
    public BufferedImage image(int index) {
        Objects.checkIndex(index, texts.size());
        // A stream per line, so that lines can be drawn in any order.
        SplittableRandom random = new SplittableRandom(seed + 0x9e3779b97f4a7c15L * (index + 1));
        BufferedImage line = artist.draw(texts.get(index), random);
        BufferedImage placed = turned(index) ? LineNoise.turned(line) : line;
        return noisy(index) ? LineNoise.degrade(placed, random) : placed;
    }

    @Override
    public Sample get(int index) {
        String name = "line " + index + " '" + texts.get(index) + "'";
        byte[] drawn = levels.get(index);
        if (drawn == null) {
            drawn = ClassifierInput.levels(image(index));
            levels.set(index, drawn);
        }
        float[] values = ClassifierInput.values(drawn);
        return new Sample(name, Map.of(inputName, values), OptionalInt.of(turned(index) ? 1 : 0), Optional.empty());
    }

    public String text(int index) {
        return texts.get(index);
    }

    public boolean noisy(int index) {
        return index % 2 == 1;
    }

    public boolean turned(int index) {
        return index / 2 % 2 == 1;
    }

    @Override
    public Map<String, TensorType> inputs() {
        return Map.of(inputName, TensorType.of(DType.FLOAT32, 1, 3, ClassifierInput.HEIGHT, ClassifierInput.WIDTH));
    }

    @Override
    public Optional<List<String>> classes() {
        return Optional.of(List.of("0", "180"));
    }
}
