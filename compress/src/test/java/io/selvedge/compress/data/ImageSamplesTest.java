package io.selvedge.compress.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSamplesTest {
    private static final String CIFAR_CLASSES =
            "[airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]";

    @TempDir
    Path folder;

    private DataSource open(String yaml) throws IOException {
        return DataSource.open(Files.writeString(folder.resolve("eval.yaml"), yaml));
    }

    private static BufferedImage image(int width, int height, int type, int rgb) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, rgb);
        }
        return image;
    }

    private void write(String name, BufferedImage image) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    }

    @Test
    void all_cifar_test_images_are_read_with_calibration_from_the_training_archive() throws IOException {
        Path test = SharedFolder.file("data/cifar10/cifar10_test_jpg.tar.gz");
        Path train = SharedFolder.file("data/cifar10/cifar10_train_jpg.tar.gz");
        String yaml = "kind: images\npath: " + test + "\nclasses: " + CIFAR_CLASSES
                + "\ninput: {name: input, layout: NCHW, colour: RGB, resize: [32, 32]}"
                + "\ncalibration: {path: " + train + ", take: 500, seed: 1}\n";
        try (DataSource source = open(yaml)) {
            Dataset data = source.evaluation();
            assertThat(data.size()).isEqualTo(10_000);
            int[] perClass = new int[10];
            double sum = 0;
            for (int i = 0; i < data.size(); i++) {
                Sample sample = data.get(i);
                perClass[sample.label().orElseThrow()]++;
                sum += sample.inputs().get("input")[0];
            }
            assertThat(perClass).containsOnly(1000);
            assertThat(sum / data.size()).isBetween(100.0, 160.0);
            Dataset calibration = source.calibration().orElseThrow();
            assertThat(calibration.size()).isEqualTo(500);
            Set<String> names = new HashSet<>();
            for (int i = 0; i < calibration.size(); i++) {
                names.add(calibration.get(i).name());
            }
            assertThat(names).hasSize(500).allMatch(name -> name.startsWith("train/"));
            source.requireInputs(model("input", TensorType.of(DType.FLOAT32, 1, 3, 32, 32)));
            assertThatThrownBy(() -> source.requireInputs(model("input", TensorType.of(DType.INT8, 1, 3, 32, 32))))
                    .hasMessageContaining("float32");
            assertThatThrownBy(() -> source.requireInputs(model("input", TensorType.of(DType.FLOAT32, 1, 32, 32, 3))))
                    .hasMessageContaining("[1,3,32,32]");
            assertThatThrownBy(() -> source.requireInputs(model("x", TensorType.of(DType.FLOAT32, 1, 3, 32, 32))))
                    .hasMessageContaining("[input]");
        }
    }

    private static ModelInputs model(String input, TensorType type) {
        return new ModelInputs(Map.of(input, type));
    }

    @Test
    void mnist_png_in_a_tgz_are_read_without_a_change_of_gamma() throws IOException {
        Path mnist = SharedFolder.file("data/mnist/mnist_train_png.tgz");
        try (DataSource source = open(
                "kind: images\npath: " + mnist + "\nclasses: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
                        + "\ninput: {name: x, colour: GRAY, scale: 0.00392156862745098}\ncalibration: {split: 100, seed: 3}\n")) {
            Dataset data = source.evaluation();
            assertThat(data.size()).isEqualTo(59_900);
            assertThat(data.inputs()).containsEntry("x", TensorType.of(DType.FLOAT32, 1, 1, 28, 28));
            double sum = 0;
            for (int i = 0; i < data.size(); i += 10) {
                for (float value : data.get(i).inputs().get("x")) {
                    sum += value;
                }
            }
            // The known mean of MNIST's training pixels.
            assertThat(sum / 5990 / 784).isBetween(0.1297, 0.1317);
        }
    }

    @Test
    void layout_colour_and_normalisation_follow_the_description() throws IOException {
        write("d/a/1.png", image(2, 1, BufferedImage.TYPE_INT_RGB, 0x0a141e));
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, colour: BGR, layout: NHWC, "
                + "offset: 2, scale: 0.5, mean: [1, 2, 3], std: [1, 2, 4]}\n")) {
            Sample sample = source.evaluation().get(0);
            assertThat(sample.inputs().get("x")).containsExactly(15f, 4.5f, 0.75f, 15f, 4.5f, 0.75f);
            assertThat(sample.label()).isEmpty();
            assertThat(source.metric()).isEqualTo("agreement");
        }
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, offset: -30.5, dtype: int8}\n")) {
            assertThat(source.evaluation().get(0).inputs().get("x"))
                    .as("half to even")
                    .containsExactly(-20f, -20f, -10f, -10f, 0f, 0f);
        }
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, scale: 10, dtype: uint8}\n")) {
            assertThat(source.evaluation().get(0).inputs().get("x"))
                    .as("clamped")
                    .containsExactly(100f, 100f, 200f, 200f, 255f, 255f);
        }
    }

    @Test
    void grey_images_keep_their_values_and_colour_becomes_luma() throws IOException {
        BufferedImage grey = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(0, 0, 0, 77);
        write("d/grey.png", grey);
        write("d/red.png", image(1, 1, BufferedImage.TYPE_INT_RGB, 0xff0000));
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, colour: GRAY}\n")) {
            assertThat(source.evaluation().get(0).inputs().get("x")).containsExactly(77f);
            assertThat(source.evaluation().get(1).inputs().get("x")).containsExactly(76f);
        }
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, colour: RGB}\n")) {
            assertThat(source.evaluation().get(0).inputs().get("x")).containsExactly(77f, 77f, 77f);
        }
    }

    @Test
    void resizing_is_bilinear_with_half_pixel_centres() throws IOException {
        BufferedImage step = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        step.getRaster().setSample(1, 0, 0, 100);
        write("d/step.png", step);
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, colour: GRAY, resize: [1, 4]}\n")) {
            assertThat(source.evaluation().get(0).inputs().get("x")).containsExactly(0f, 25f, 75f, 100f);
        }
    }

    @Test
    void images_of_different_sizes_need_a_resize() throws IOException {
        write("d/a.png", image(4, 4, BufferedImage.TYPE_INT_RGB, 0));
        write("d/b.png", image(5, 4, BufferedImage.TYPE_INT_RGB, 0));
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x}\n")) {
            assertCoded(() -> source.evaluation().get(1), ErrorCode.SHAPE_MISMATCH, "b.png");
        }
    }

    @Test
    void hidden_files_do_not_count_and_a_zip_is_read_in_place() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image(3, 3, BufferedImage.TYPE_INT_RGB, 0x102030), "png", png);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("d.zip")))) {
            for (String name : new String[] {"x/dog/2.png", "__MACOSX/x/._2.png", "x/cat/.DS_Store", "x/cat/1.png"}) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(png.toByteArray());
            }
        }
        try (DataSource source = open("kind: images\npath: d.zip\nclasses: [cat, dog]\ninput: {name: x}\n")) {
            assertThat(source.evaluation().size()).isEqualTo(2);
            assertThat(source.evaluation().get(0).label()).hasValue(0);
            assertThat(source.evaluation().get(1).label()).hasValue(1);
            assertThat(source.metric()).isEqualTo("top1");
        }
    }

    @Test
    void damaged_images_are_named() throws IOException {
        for (String ending : new String[] {"jpg", "png"}) {
            BufferedImage noisy = image(64, 64, BufferedImage.TYPE_INT_RGB, 0);
            java.util.Random random = new java.util.Random(5);
            for (int i = 0; i < 64 * 64; i++) {
                noisy.setRGB(i % 64, i / 64, random.nextInt());
            }
            write("d/whole." + ending, noisy);
            byte[] whole = Files.readAllBytes(folder.resolve("d/whole." + ending));
            Files.delete(folder.resolve("d/whole." + ending));
            Files.write(folder.resolve("d/half." + ending), Arrays.copyOf(whole, whole.length / 2));
            Files.write(folder.resolve("d/empty." + ending), new byte[0]);
            Files.write(
                    folder.resolve("d/random." + ending),
                    Arrays.copyOf("no image".getBytes(java.nio.charset.StandardCharsets.UTF_8), 900));
            for (int seed = 0; seed < 20; seed++) {
                byte[] flipped = whole.clone();
                Random256.scramble(flipped, seed);
                Files.write(folder.resolve("d/flipped" + seed + "." + ending), flipped);
            }
        }
        try (DataSource source = open("kind: images\npath: d\ninput: {name: x, resize: [64, 64]}\n")) {
            Dataset data = source.evaluation();
            int refused = 0;
            for (int i = 0; i < data.size(); i++) {
                try {
                    data.get(i);
                } catch (SelvedgeException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
                    assertThat(e).hasMessageMatching(".*'(half|empty|random|flipped\\d+)\\.(jpg|png)'.*");
                    refused++;
                }
            }
            assertThat(refused).isGreaterThanOrEqualTo(6);
            assertCoded(() -> data.get(data.size() - 1), ErrorCode.BAD_DATA, "random.png");
            assertCoded(() -> data.get(nameIndex("half.jpg")), ErrorCode.BAD_DATA, "half.jpg");
        }
    }

    private int nameIndex(String name) throws IOException {
        try (var files = Files.list(folder.resolve("d"))) {
            return files.map(file -> file.getFileName().toString())
                    .sorted()
                    .toList()
                    .indexOf(name);
        }
    }

    /** Bytes overwritten after the file's header. */
    private static final class Random256 {
        static void scramble(byte[] bytes, int seed) {
            java.util.Random random = new java.util.Random(seed);
            for (int i = 0; i < 8; i++) {
                bytes[20 + random.nextInt(bytes.length - 20)] = (byte) random.nextInt();
            }
        }
    }

    @Test
    void missing_empty_and_mislabelled_data_are_coded_errors() throws IOException {
        assertCoded(
                () -> open("kind: images\npath: none.tar\ninput: {name: x}\n"), ErrorCode.DATA_NOT_FOUND, "none.tar");
        Files.createDirectories(folder.resolve("d"));
        assertCoded(() -> open("kind: images\npath: d\ninput: {name: x}\n"), ErrorCode.EMPTY_DATA, "No image");
        write("d/bird/1.png", image(2, 2, BufferedImage.TYPE_INT_RGB, 0));
        assertCoded(
                () -> open("kind: images\npath: d\nclasses: [cat]\ninput: {name: x}\n"),
                ErrorCode.LABEL_OUT_OF_RANGE,
                "bird");
        assertCoded(
                () -> open("kind: images\npath: d\ninput: {name: x}\ncalibration: {split: 1}\n"),
                ErrorCode.EMPTY_DATA,
                "leaves none");
        Files.writeString(folder.resolve("data.rar"), "x");
        assertCoded(() -> open("kind: images\npath: data.rar\ninput: {name: x}\n"), ErrorCode.BAD_DATA, "neither");
        for (String name : new String[] {"x.tar", "x.tar.gz", "x.zip", "x.tgz"}) {
            Files.writeString(folder.resolve(name), "not an archive, but long enough to be looked at".repeat(40));
            assertCoded(() -> open("kind: images\npath: " + name + "\ninput: {name: x}\n"), ErrorCode.BAD_DATA, name);
            Files.write(folder.resolve(name), new byte[0]);
            assertThatThrownBy(() -> open("kind: images\npath: " + name + "\ninput: {name: x}\n"))
                    .isInstanceOf(SelvedgeException.class);
        }
    }

    @Test
    void a_truncated_archive_is_told() throws IOException {
        byte[] whole = Files.readAllBytes(SharedFolder.file("data/cifar10/cifar10_test_jpg.tar.gz"));
        Files.write(folder.resolve("cut.tar.gz"), Arrays.copyOf(whole, whole.length / 2));
        assertCoded(() -> open("kind: images\npath: cut.tar.gz\ninput: {name: x}\n"), ErrorCode.BAD_DATA, "ends early");
    }

    private static void assertCoded(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }
}
