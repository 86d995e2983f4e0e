package io.selvedge.cli.demo;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.ProgressListener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import javax.imageio.ImageIO;

/** Text lines as pictures in folders, with the description that every command takes: what the demo judges by, to try things on. */
public final class LineFiles {
    /** What is written, in a folder of its own. */
    public static final List<String> NAMES = List.of("test", "train", "data.yaml");

    private static final int GREY = 128;

    private LineFiles() {}

    /** Draws and writes all lines. @throws SelvedgeException OUTPUT_NOT_WRITABLE */
    public static void write(Path folder, TextLines.Sets sets, String input, ProgressListener progress) {
        try {
            write(folder.resolve("test"), sets.evaluation(), progress);
            write(folder.resolve("train"), sets.calibration(), progress);
            Files.writeString(
                    folder.resolve("data.yaml"), """
                    # Text lines, upright or turned by 180 degrees.
                    kind: images
                    path: test
                    classes: ["0", "180"]
                    input: {name: %s, layout: NCHW, colour: BGR, resize: [%d, %d], scale: 0.00392156862745098, mean: 0.5, std: 0.5}
                    metric: top1
                    calibration: {path: train, take: 200, seed: 1}
                    training: {path: train, validation: 0.1}
                    """.formatted(input, ClassifierInput.HEIGHT, ClassifierInput.WIDTH));
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE, "cannot write into " + folder + " (" + IoReason.of(e) + ")", e);
        }
    }

    private static void write(Path folder, TextLines lines, ProgressListener progress) throws IOException {
        List<String> classes = lines.classes().orElseThrow();
        for (String name : classes) {
            Files.createDirectories(folder.resolve(name));
        }
        for (int i = 0; i < lines.size(); i++) {
            OptionalInt label = lines.get(i).label();
            Path file = folder.resolve(classes.get(label.orElseThrow()))
                    .resolve(String.format(Locale.ROOT, "line-%05d.png", i));
            ImageIO.write(picture(ClassifierInput.levels(lines.image(i))), "png", file.toFile());
            progress.progress("draw " + folder.getFileName(), i + 1L, lines.size());
        }
    }

    /** The model's own picture of a line, grey where the line has ended. */
    private static BufferedImage picture(byte[] levels) {
        int width = levels.length / (3 * ClassifierInput.HEIGHT);
        BufferedImage picture =
                new BufferedImage(ClassifierInput.WIDTH, ClassifierInput.HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < ClassifierInput.HEIGHT; y++) {
            for (int x = 0; x < ClassifierInput.WIDTH; x++) {
                int rgb = 0;
                for (int channel = 2; channel >= 0; channel--) {
                    int level = x < width ? levels[(channel * ClassifierInput.HEIGHT + y) * width + x] & 0xff : GREY;
                    rgb = rgb << 8 | level;
                }
                picture.setRGB(x, y, rgb);
            }
        }
        return picture;
    }
}
